// Proof that the governed pod governs while it is measured: its answers say so, its ledger holds every request, and
// Redis counted the scripts.
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { BenchTarget } from './bench-targets.ts';
import { completionBodies } from './canned-answers.ts';
import type { GovernedSystem } from './governed-system.ts';
import { VoidRun } from './void-run.ts';

const LEDGER_DEADLINE_MS = 180_000;
const LEDGER_POLL_MS = 250;
const GOVERNED_HEADERS = [
  'x-secrouter-tier',
  'x-secrouter-model',
  'x-secrouter-revision',
  'x-secrouter-cost-usd',
] as const;

export interface LedgerCheck {
  /** Answers that the loads have counted. */
  readonly answers: number;
  /** Rows in the ledger; more than answers, because the last requests of a window are cut off by its end. */
  readonly rows: number;
  readonly deadLetters: number;
  /** From the last window's end until the ledger held them all. */
  readonly behindMs: number;
}

/** One request without and one with a token. Throws VoidRun unless the first is refused and the second governed. */
export async function checkGoverned(target: BenchTarget): Promise<void> {
  const [body = ''] = completionBodies();
  const post = (headers: Readonly<Record<string, string>>) =>
    fetch(target.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const refused = await post({});
  if (refused.status !== 401) throw new VoidRun(`without a token the pod answers ${refused.status}`);
  const answered = await post(await target.headers());
  const missing = GOVERNED_HEADERS.filter((name) => !answered.headers.has(name));
  if (answered.status !== 200 || missing.length > 0) {
    throw new VoidRun(`the pod answers ${answered.status} without ${missing.join(', ')}: ${await answered.text()}`);
  }
}

/** Waits until the ledger holds a row for every answer. Throws VoidRun when it does not get there. */
export async function checkLedger(system: GovernedSystem, answers: number, signal: AbortSignal): Promise<LedgerCheck> {
  const startedAtMs = performance.now();
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    for (;;) {
      const { rows: counted } = await client.query<{ rows: number; dead: number }>(
        'SELECT (SELECT count(*) FROM usage_events)::int AS rows, (SELECT count(*) FROM dead_letters)::int AS dead',
      );
      const { rows = 0, dead = 0 } = counted[0] ?? {};
      const behindMs = performance.now() - startedAtMs;
      if (rows >= answers && dead === 0) return { answers, rows, deadLetters: dead, behindMs };
      if (dead > 0 || behindMs > LEDGER_DEADLINE_MS) {
        throw new VoidRun(`the ledger holds ${rows} rows for ${answers} answers, and ${dead} dead letters`);
      }
      await delay(LEDGER_POLL_MS, undefined, { signal });
    }
  } finally {
    await client.end();
  }
}

/** Script calls that Redis has served so far: reserve, settle, and the batches of events. */
export async function countScriptCalls(system: GovernedSystem): Promise<number> {
  const redis = new Redis(system.redisUrl, { lazyConnect: true });
  await redis.connect();
  try {
    const stats = await redis.info('commandstats');
    return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
  } finally {
    redis.disconnect();
  }
}
