// A fleet of one pod for the rows of the HTTP table, and the ways in which its tests speak to it: raw bytes, JSON, the
// development provider's controls, and the trail.
import type pg from 'pg';
import { until } from './child.ts';
import { openTestPool } from './database.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import { openRawSocket, parseAnswers, type RawAnswer, type RawSocket } from './raw-socket.ts';

/** What the development provider recorded. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly rawBody: string;
  readonly body: Record<string, unknown>;
  readonly outcome: string;
}

/** A refusal as the client sees it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly param: string | null | undefined;
  readonly text: string;
  readonly headers: Headers;
}

const TRAIL_DEADLINE_MS = 15_000;
/** A leaf commits to its source; the address stands in the table of persons. */
const LEAVES_OF_REQUEST = `
  SELECT leaf.body, subject.value AS source FROM audit_leaves AS leaf
  LEFT JOIN audit_subjects AS subject ON subject.commitment = leaf.body::jsonb ->> 'sourceIp'
  WHERE leaf.request_id = $1`;

export class HttpWorld {
  readonly fleet: Fleet;
  readonly token: string;
  readonly #pool: pg.Pool;

  private constructor(fleet: Fleet, token: string) {
    this.fleet = fleet;
    this.token = token;
    this.#pool = openTestPool(fleet.postgres.url, 2);
  }

  /** Starts the fleet; `token` is the power user's, who may use every model that the configuration lists for them. */
  static async start(options: FleetOptions = {}): Promise<HttpWorld> {
    const fleet = await Fleet.start(options);
    return new HttpWorld(fleet, await fleet.token('power'));
  }

  get port(): number {
    return Number(new URL(this.fleet.url).port);
  }

  open(): Promise<RawSocket> {
    return openRawSocket(this.port);
  }

  /** Sends bytes on a connection of their own and reads until the pod closes it. */
  async raw(bytes: string | Uint8Array): Promise<RawAnswer[]> {
    const socket = await this.open();
    if (typeof bytes === 'string') socket.send(bytes);
    else socket.sendBytes(bytes);
    return parseAnswers(await socket.closed());
  }

  /** The head of a chat request by the power user, up to the blank line; `lines` come last. */
  head(lines: readonly string[], method = 'POST', path = '/v1/chat/completions'): string {
    const authorization = `Authorization: Bearer ${this.token}`;
    const all = [`${method} ${path} HTTP/1.1`, 'Host: gateway.test', authorization, ...lines];
    return `${all.join('\r\n')}\r\n\r\n`;
  }

  /** Posts a body as it is. */
  post(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
    path = '/v1/chat/completions',
  ): Promise<Response> {
    return fetch(`${this.fleet.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}`, ...headers },
      body,
      redirect: 'manual',
    });
  }

  /** Posts and reads the refusal, or what came instead. */
  async error(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ErrorAnswer> {
    const answer = await this.post(body, headers);
    const text = await answer.text();
    const { error } = JSON.parse(text) as { error?: { code: string; param: string | null } };
    return { status: answer.status, code: error?.code, param: error?.param, text, headers: answer.headers };
  }

  async control(rules: readonly object[]): Promise<void> {
    const answer = await fetch(`${this.fleet.modelProvider.url}/control`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reset: true, settings: { chunksPerSecond: 0 }, rules }),
    });
    if (!answer.ok) throw new Error(`control: ${answer.status} ${await answer.text()}`);
  }

  /** Forgets what the provider saw and how it should misbehave. */
  async reset(): Promise<void> {
    await this.control([]);
    await fetch(`${this.fleet.modelProvider.url}/control/requests`, { method: 'DELETE' });
  }

  /** Everything that the development provider received, refused requests included. */
  async seen(): Promise<readonly SeenRequest[]> {
    const answer = await fetch(`${this.fleet.modelProvider.url}/control/requests`);
    return (await answer.json()) as SeenRequest[];
  }

  /** The first leaf of this type that a request left in the trail, with its source's address in the clear. */
  async leaf(requestId: string, type: string, outcome?: string): Promise<Record<string, unknown>> {
    let found: Record<string, unknown> | undefined;
    await until(
      async () => {
        const { rows } = await this.#pool.query(LEAVES_OF_REQUEST, [requestId]);
        const leaves = rows.map(({ body, source }) => ({ ...JSON.parse(body), sourceIp: source }));
        found = leaves.find((leaf) => leaf.type === type && (outcome ?? leaf.outcome) === leaf.outcome);
        return found !== undefined;
      },
      TRAIL_DEADLINE_MS,
      () => `no ${type} of ${requestId} in the trail`,
    );
    return found ?? {};
  }

  async close(): Promise<void> {
    await this.#pool.end();
    await this.fleet.close();
  }
}

/** A chat body in which only what matters to the test is stated. */
export function chat(fields: Readonly<Record<string, unknown>> = {}, content: unknown = 'hi'): string {
  return JSON.stringify({ model: 'local/small', messages: [{ role: 'user', content }], ...fields });
}
