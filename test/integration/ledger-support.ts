// Stores, events and books for the tests of the ledger and the audit log.
import { randomBytes, randomUUID } from 'node:crypto';
import { type IngestItem, parseBatch } from '@secrouter/controlplane';
import { type RunningStore, startPostgres } from '@secrouter/infra';
import { type AuditEvent, type EventBatch, type StreamEntry, type UsageEvent, uuidV7 } from '@secrouter/proto';
import type pg from 'pg';
import { createMigratedDatabase, openTestPool } from '../support/database.ts';

export const CELL = 'main';

/** A PostgreSQL server with migrated databases, one for each test that asks. */
export async function startDatabases() {
  const server: RunningStore = await startPostgres({ isDurable: false });
  const pools: pg.Pool[] = [];
  return {
    server,
    /** A new migrated database. */
    async open(): Promise<{ pool: pg.Pool; url: string }> {
      const url = await createMigratedDatabase(server.url);
      const pool = openTestPool(url);
      pools.push(pool);
      return { pool, url };
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
      await server.close();
    },
  };
}

export const newId = (unixMs = Date.now()): string => uuidV7(unixMs, randomBytes(10));

/** A pod stream that numbers what it is given. */
export function podStream(podId = 'pod-1') {
  const stream = newId();
  let sequence = 0;
  const next = () => {
    sequence += 1;
    return sequence;
  };
  return {
    podId,
    podStream: stream,
    usage: (over: Partial<UsageEvent> = {}): StreamEntry => ({
      kind: 'usage',
      sequence: next(),
      event: usageEvent({ podId, podStream: stream, ...over }),
      sourceIp: '192.0.2.7',
    }),
    audit: (over: Partial<AuditEvent> = {}): StreamEntry => ({
      kind: 'audit',
      sequence: next(),
      event: auditEvent({ podId, podStream: stream, ...over }),
    }),
    batch: (entries: readonly StreamEntry[]): EventBatch => ({
      version: 1,
      cell: CELL,
      podId,
      podStream: stream,
      entries: [...entries],
    }),
  };
}

export function usageEvent(over: Partial<UsageEvent> = {}): UsageEvent {
  return {
    version: 1,
    kind: 'usage',
    eventId: newId(),
    refersTo: null,
    requestId: `r-${randomUUID()}`,
    clientRequestId: null,
    traceId: null,
    upstreamRequestId: 'up-1',
    time: new Date().toISOString(),
    cell: CELL,
    podId: 'pod-1',
    podStream: newId(),
    principal: 'u-basic',
    email: 'basic@example.test',
    actor: null,
    service: false,
    groups: ['eng'],
    costCenter: 'eng',
    endpoint: 'chat',
    provider: 'local',
    model: 'local/small',
    tier: 'SIMPLE',
    tierSource: 'classifier',
    streamed: true,
    inputTokens: 1_000,
    cachedInputTokens: 100,
    cacheWriteTokens: 0,
    outputTokens: 200,
    reasoningTokens: 0,
    costNanoUsd: 123_457,
    price: { inputPicoUsd: 50_000, outputPicoUsd: 400_000, cachedInputPicoUsd: 5_000, cacheWritePicoUsd: 50_000 },
    estimated: false,
    outcome: 'ok',
    status: 200,
    firstByteMs: 40,
    totalMs: 400,
    attempts: 1,
    epoch: 1,
    revision: 1,
    reason: null,
    ...over,
  };
}

export function auditEvent(over: Partial<AuditEvent> = {}): AuditEvent {
  return {
    version: 1,
    eventId: newId(),
    time: new Date().toISOString(),
    type: 'authz.deny',
    cell: CELL,
    podId: 'pod-1',
    podStream: newId(),
    principal: 'u-basic',
    actor: null,
    sourceIp: '192.0.2.7',
    requestId: `r-${randomUUID()}`,
    traceId: null,
    model: 'local/large',
    tier: null,
    outcome: 'refused',
    revision: 1,
    detail: { code: 'model_not_allowed' },
    ...over,
  };
}

/** The items of a batch, which must all be valid. */
export function itemsOf(batch: EventBatch): readonly IngestItem[] {
  const { items, rejected } = parseBatch(batch, CELL);
  if (rejected.length > 0) throw new Error(`a test made an invalid event: ${rejected[0]?.problem}`);
  return items;
}

/** One number from one query. */
export async function count(pool: pg.Pool, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`SELECT (${sql}) AS n`, values);
  return Number(rows[0]?.n);
}

/** Waits until `look` finds something, at most `timeoutMs`. */
export async function eventually<T>(look: () => Promise<T | undefined | false>, timeoutMs = 20_000): Promise<T> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
