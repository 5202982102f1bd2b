// An identity provider for tests of token judgement: signs any bytes with any key, publishes any key set, fails on
// demand, and counts who asked it for what.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What discovery or the key set answers while it lasts; `down` cuts the connection, `hang` never answers. */
export type KeyFault =
  | 'none'
  | 'down'
  | 'hang'
  | 'error'
  | 'html'
  | 'garbage'
  | 'wrong-type'
  | 'oversized'
  | 'redirect'
  | 'empty'
  | 'unusable'
  | 'insecure-jwks-uri'
  | 'other-issuer'
  | 'foreign-host';

/** A key pair and the JWK that is published for it. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

/** What a test changes of the base token. A claim or header member set to undefined is left out. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Whole texts instead of the serialised members. */
  readonly headerText?: string;
  readonly payload?: string | Uint8Array;
  readonly key?: IssuerKey;
}

const TEN_MEGABYTES = 10 * 1024 * 1024;
const LIFETIME_SECONDS = 300;

/** Makes a key pair for an algorithm. */
export function issuerKey(alg: string, kid: string, extra: Readonly<Record<string, unknown>> = {}): IssuerKey {
  const { privateKey, publicKey } = keyPairFor(alg);
  return { kid, alg, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, ...extra } };
}

function keyPairFor(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  const namedCurve = { ES256: 'P-256', ES384: 'P-384' }[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

/** Signs bytes as an algorithm says. */
export function signBytes(alg: string, key: KeyObject, input: string): Uint8Array {
  if (alg === 'EdDSA') return sign(null, Buffer.from(input), key);
  const digest = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(digest, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('PS'))
    return sign(digest, Buffer.from(input), { key, padding: 6, saltLength: Number(alg.slice(2)) / 8 });
  return sign(digest, Buffer.from(input), key);
}

export function base64url(value: string | Uint8Array): string {
  return Buffer.from(value as Uint8Array).toString('base64url');
}

/** One issuer below an origin. */
export class TokenIssuer {
  readonly issuer: string;
  /** The keys of the set, as they are published. */
  published: unknown[];
  /** Signs unless a test names another key. */
  key: IssuerKey;
  fault: KeyFault = 'none';
  /** The provider's clock minus ours, in its `Date` header. */
  clockOffsetMs = 0;
  readonly fetches = { discovery: 0, keys: 0 };

  constructor(issuer: string, key: IssuerKey) {
    this.issuer = issuer;
    this.key = key;
    this.published = [key.jwk];
  }

  /** All requests that arrived. */
  get fetchCount(): number {
    return this.fetches.discovery + this.fetches.keys;
  }

  /** Publishes a new key beside the present one or instead of it, and signs with it from now on. */
  rotate(key: IssuerKey, options: { readonly keepOld: boolean }): void {
    this.published = options.keepOld ? [...this.published, key.jwk] : [key.jwk];
    this.key = key;
  }

  /** The claims of the base token of the table, changed. */
  claims(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    return withoutUndefined({
      iss: this.issuer,
      aud: 'secrouter',
      sub: 'u-basic',
      client_id: 'cli',
      iat: nowSeconds,
      exp: nowSeconds + LIFETIME_SECONDS,
      jti: randomUUID(),
      amr: ['mfa'],
      ...changes,
    });
  }

  /** A signed token: the base token unless changed. */
  token(changes: TokenChanges = {}): string {
    const key = changes.key ?? this.key;
    const header = withoutUndefined({ alg: key.alg, typ: 'at+jwt', kid: key.kid, ...changes.header });
    const headerPart = base64url(changes.headerText ?? JSON.stringify(header));
    const input = `${headerPart}.${base64url(changes.payload ?? JSON.stringify(this.claims(changes.claims)))}`;
    return `${input}.${base64url(signBytes(key.alg, key.privateKey, input))}`;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const isDiscovery = request.url?.endsWith('/.well-known/openid-configuration') === true;
    this.fetches[isDiscovery ? 'discovery' : 'keys'] += 1;
    response.setHeader('date', new Date(Date.now() + this.clockOffsetMs).toUTCString());
    if (isDiscovery) this.#answerDiscovery(request, response);
    else this.#answerKeys(request, response);
  }

  #answerDiscovery(request: IncomingMessage, response: ServerResponse): void {
    if (this.fault === 'down') request.socket.destroy();
    else if (this.fault === 'other-issuer') this.#describe(response, { issuer: 'https://evil.example' });
    else if (this.fault === 'insecure-jwks-uri') this.#describe(response, { jwks_uri: 'http://idp.example/keys' });
    else if (this.fault === 'foreign-host') this.#describe(response, { jwks_uri: 'https://127.0.0.1:1/keys' });
    else this.#describe(response, {});
  }

  #describe(response: ServerResponse, changes: object): void {
    sendJson(response, { issuer: this.issuer, jwks_uri: `${this.issuer}/keys`, ...changes });
  }

  #answerKeys(request: IncomingMessage, response: ServerResponse): void {
    const type = { 'content-type': 'application/json' };
    if (this.fault === 'down') request.socket.destroy();
    else if (this.fault === 'hang') return;
    else if (this.fault === 'error') response.writeHead(500, type).end('{"error":"server_error"}');
    else if (this.fault === 'html') response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Down</title>');
    else if (this.fault === 'garbage') response.writeHead(200, type).end(Buffer.from([0xff, 0x00, 0x7b]));
    else if (this.fault === 'wrong-type') sendJson(response, { keys: 'none' });
    else if (this.fault === 'oversized') sendJson(response, { keys: [this.key.jwk], pad: 'x'.repeat(TEN_MEGABYTES) });
    else if (this.fault === 'redirect') response.writeHead(302, { location: `${this.issuer}/elsewhere` }).end();
    else if (this.fault === 'empty') sendJson(response, { keys: [] });
    else if (this.fault === 'unusable') sendJson(response, { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'x' }] });
    else sendJson(response, { keys: this.published });
  }
}

/** One listener for several issuers, told apart by the first step of the path. */
export class TokenIssuers {
  readonly #server: Server;
  readonly #byName = new Map<string, TokenIssuer>();
  readonly origin: string;
  /** Paths that belong to no issuer: where an attacker's addresses would show. */
  readonly strayRequests: string[] = [];

  private constructor(server: Server, origin: string) {
    this.#server = server;
    this.origin = origin;
    server.on('request', (request, response) => {
      const issuer = this.#byName.get(request.url?.split('/')[1] ?? '');
      if (issuer !== undefined) issuer.answer(request, response);
      else {
        this.strayRequests.push(request.url ?? '');
        response.writeHead(404).end();
      }
    });
  }

  static async start(): Promise<TokenIssuers> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return new TokenIssuers(server, `http://127.0.0.1:${port}`);
  }

  /** Adds an issuer `<origin>/<name>`. */
  add(name: string, key: IssuerKey = issuerKey('ES256', `${name}-1`)): TokenIssuer {
    const issuer = new TokenIssuer(`${this.origin}/${name}`, key);
    this.#byName.set(name, issuer);
    return issuer;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function withoutUndefined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
