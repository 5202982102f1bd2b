// One fleet of two pods that trusts several issuers, each with rules of its own, for the rows of the token table.
import pg from 'pg';
import { Fleet } from './fleet.ts';
import { storesHolding } from './search-stores.ts';
import { issuerKey, type TokenIssuer, TokenIssuers } from './token-issuer.ts';

export const CONSOLE_CLIENT = 'secrouter-console';

/** What a pod answered. */
export interface TokenAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly body: string;
  readonly challenge: string;
  readonly retryAfter: string | null;
  readonly requestId: string;
  readonly ms: number;
}

type Rules = Readonly<Record<string, unknown>>;

/** The rules of each issuer besides its address; the first is the base of the table. */
const RULES = {
  base: {
    algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
    clientId: CONSOLE_CLIENT,
    serviceSubjects: ['svc-batch'],
    delegatingSubjects: ['chat-front'],
    delegatedGroups: { 'chat-front': ['finance'] },
    allowedClients: ['cli', 'secrouter-console', 'batch'],
  },
  strict: { alias: 'strict', tokenTypes: ['at+jwt'] },
  untyped: { alias: 'untyped', tokenTypes: ['', 'JWT'], requireMfa: false },
  rs256: { alias: 'rs256', algorithms: ['RS256'] },
  single: { alias: 'single' },
  acr: { alias: 'acr', requireMfa: false, requiredAcr: ['silver', 'gold'] },
  age: { alias: 'age', maxAuthAgeSec: 600 },
  scope: { alias: 'scope', requiredScope: 'chat' },
  once: { alias: 'once', trackJti: true },
  lists: { alias: 'lists', mfaAmrValues: ['pwd+push', 'ngcmfa'], mfaAcrValues: ['phr'], rolesClaim: 'app.roles' },
  admin: {
    alias: 'admin',
    groupsAllowed: ['secrouter-admins'],
    adminAudience: 'secrouter-admin',
    adminScope: 'administer',
    adminMaxAuthAgeSec: 600,
  },
} as const satisfies Readonly<Record<string, Rules>>;

export type IssuerName = keyof typeof RULES;

/** The running world. */
export class TokenWorld {
  readonly fleet: Fleet;
  readonly issuers: TokenIssuers;
  readonly by: Readonly<Record<IssuerName, TokenIssuer>>;
  #calls = 0;

  private constructor(fleet: Fleet, issuers: TokenIssuers, by: Readonly<Record<IssuerName, TokenIssuer>>) {
    this.fleet = fleet;
    this.issuers = issuers;
    this.by = by;
  }

  /** Starts the fleet; the base issuer publishes `furtherKeys` besides its own. */
  static async start(furtherKeys: readonly unknown[] = []): Promise<TokenWorld> {
    const issuers = await TokenIssuers.start();
    const names = Object.keys(RULES) as IssuerName[];
    const isRsa = (name: IssuerName) => name === 'base' || name === 'rs256';
    const by = Object.fromEntries(
      names.map((name) => [name, issuers.add(name, issuerKey(isRsa(name) ? 'RS256' : 'ES256', `${name}-1`))]),
    ) as Record<IssuerName, TokenIssuer>;
    by.base.published.push(...furtherKeys);
    const fleet = await Fleet.start({
      pods: 2,
      configure: (config) => {
        config.security.trustedProxies = ['127.0.0.1/32'];
        config.security.oidc = names.map((name) => ({
          issuer: by[name].issuer,
          audience: 'secrouter',
          ...RULES[name],
        }));
        // The rows count tokens, not requests; the quick start's budgets are another test's subject.
        config.security.policy.default.budgets = [];
        config.security.policy.users = {};
      },
    });
    return new TokenWorld(fleet, issuers, by);
  }

  get base(): TokenIssuer {
    return this.by.base;
  }

  /** Asks a question with these headers. Every call comes from an address of its own, so that each has its own leaf. */
  async chat(
    headers: Readonly<Record<string, string>>,
    options: { pod?: number; path?: string } = {},
  ): Promise<TokenAnswer> {
    const { pod = 0, path = '/v1/chat/completions' } = options;
    const url = `${this.fleet.pods[pod]?.url}${path}`;
    const startedMs = performance.now();
    const isChat = path.startsWith('/v1/chat');
    const answer = await fetch(url, {
      method: isChat ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': this.nextAddress(), ...headers },
      ...(isChat ? { body: CHAT_BODY } : {}),
    });
    const body = await answer.text();
    const error = (JSON.parse(body) as { error?: { code: string; message: string } }).error;
    return {
      status: answer.status,
      code: error?.code,
      message: error?.message,
      body,
      challenge: answer.headers.get('www-authenticate') ?? '',
      retryAfter: answer.headers.get('retry-after'),
      requestId: answer.headers.get('x-request-id') ?? '',
      ms: performance.now() - startedMs,
    };
  }

  /** Asks with a token in the Authorization header. */
  bearer(token: string, options: { pod?: number; path?: string } = {}): Promise<TokenAnswer> {
    return this.chat({ authorization: `Bearer ${token}` }, options);
  }

  nextAddress(): string {
    this.#calls += 1;
    return `10.9.${this.#calls >> 8}.${this.#calls & 255}`;
  }

  /** The rows that a query brings. */
  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.fleet.postgres.url });
    await client.connect();
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Detail of every leaf of these requests in the trail, by request. */
  async trail(requestIds: readonly string[]): Promise<Map<string, Record<string, unknown>[]>> {
    const rows = await this.query<{ request_id: string; body: string }>(
      'SELECT request_id, body FROM audit_leaves WHERE request_id = ANY($1)',
      [requestIds],
    );
    const byRequest = new Map<string, Record<string, unknown>[]>();
    for (const { request_id: id, body } of rows)
      byRequest.set(id, [...(byRequest.get(id) ?? []), JSON.parse(body) as Record<string, unknown>]);
    return byRequest;
  }

  /** Every key of Redis and every table of PostgreSQL that holds one of these texts. */
  async placesHolding(texts: readonly string[]): Promise<string[]> {
    return storesHolding(this.fleet, texts);
  }

  async close(): Promise<void> {
    await this.fleet?.close();
    await this.issuers?.close();
  }
}

const CHAT_BODY = JSON.stringify({ model: 'local/small', messages: [{ role: 'user', content: 'hi' }], max_tokens: 16 });
