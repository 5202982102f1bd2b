// First half of the composition: stores, events, and what the request story needs.
import { join } from 'node:path';
import { type RedisKeys, redisKeys, uuidV7, VerifiedTokenCache } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { buildUpstream, type UpstreamSide } from './build-upstream.ts';
import type { PodConfig } from './config.ts';
import { EventQueue } from './events/event-queue.ts';
import { EventStream } from './events/event-stream.ts';
import { Spool } from './events/spool.ts';
import { ByteBudget } from './http/byte-budget.ts';
import { isLoopback } from './http/client-address.ts';
import { FailureLane } from './identity/failure-lane.ts';
import { RequestSlots } from './identity/request-slots.ts';
import { PodMetrics } from './observe/pod-metrics.ts';
import { RefusalTrail } from './observe/refusal-trail.ts';
import { PolicyHolder } from './policy/apply-snapshot.ts';
import type { CompiledPolicy } from './policy/compile-snapshot.ts';
import { isRevoked } from './policy/is-revoked.ts';
import { IssuerKeys } from './policy/issuer-keys.ts';
import { openTrustedKeys } from './policy/trusted-keys.ts';
import { randomPool } from './random-pool.ts';
import { ReadPool } from './read-worker/read-pool.ts';
import { BudgetStore } from './redis/budget-store.ts';
import { connectRedis } from './redis/connect-redis.ts';
import { tokenIdStore } from './redis/token-id-store.ts';
import type { PodServices } from './request/pod-services.ts';
import { RunningRequests } from './request/running-requests.ts';
import type { Authenticator } from './stages/authenticate.ts';

/** The services, and the parts that only the composition root handles. */
export interface ServiceParts {
  readonly services: PodServices;
  readonly identity: { readonly cell: string; readonly podId: string };
  readonly keys: RedisKeys;
  readonly redis: Redis;
  readonly queueRedis: Redis;
  readonly queue: EventQueue;
  readonly issuerKeys: IssuerKeys;
  readonly upstream: UpstreamSide;
  readonly spoolDirectory: string;
}

/** Builds the services of a pod. Rejects when its state folder cannot be written. */
export async function buildServices(config: PodConfig, log: Logger): Promise<ServiceParts> {
  const randomBytes = randomPool();
  const identity = { cell: config.SECROUTER_CELL, podId: config.SECROUTER_POD_ID };
  const keys = redisKeys(config.SECROUTER_CELL, config.SECROUTER_REDIS_PREFIX);
  const redis = connectRedis(config.REDIS_URL, 'budgets', log);
  const queueUrl = config.REDIS_QUEUE_URL ?? config.REDIS_URL;
  const queueRedis = connectRedis(queueUrl, 'queue', log, { maxRetriesPerRequest: 1 });
  const queue = new EventQueue(queueRedis, keys.queuePrefix);
  const podStream = uuidV7(Date.now(), randomBytes(10));
  const spoolDirectory = join(config.SECROUTER_STATE_DIR, 'spool');
  const spool = await Spool.open(spoolDirectory, podStream, config.SECROUTER_SPOOL_MAX_BYTES);
  const events = new EventStream({ ...identity, podStream, spool, sendBatch: queue.send, log });
  // A settled request moves the position itself; a refused one would be missing in a reading that follows at once.
  const notePosition = (sequence: number) => void store.notePosition(podStream, sequence).catch(() => undefined);
  const trail = new RefusalTrail({ ...identity, events, notePosition, nowMs: Date.now, randomBytes });
  const metrics = new PodMetrics();
  const upstream: UpstreamSide = buildUpstream(metrics, log, (transition) => {
    trail.notePod('provider.circuit', transition.to, { ...transition }, policies.current?.snapshot.revision ?? null);
  });
  const { fetchDocument } = upstream.forwarding.connections;
  const issuerKeys = new IssuerKeys(join(config.SECROUTER_STATE_DIR, 'keys'), fetchDocument, log);
  const cache = new VerifiedTokenCache();
  const lane = new FailureLane(Date.now);
  const running = new RunningRequests();
  const trustedKeys = openTrustedKeys(config.SECROUTER_TRUSTED_SNAPSHOT_KEYS_FILE);
  const onApplied = (applied: CompiledPolicy) => {
    bringIntoForce(applied, { upstream, issuerKeys, cache, lane, log });
    // What runs for somebody who may no longer go on ends now.
    running.abort('revoked', ({ grant }) => grant !== undefined && isRevoked(grant.identity, applied));
  };
  const isLocal = isLoopback(config.SECROUTER_BIND);
  const policies = new PolicyHolder(config.SECROUTER_CELL, trustedKeys, Date.now, onApplied, isLocal);
  const store = new BudgetStore(redis, keys, Date.now);
  const claimTokenId = tokenIdStore(redis, keys, store.breaker);
  const services: PodServices = {
    ...identity,
    policies,
    authenticator: { issuers: () => issuerKeys.trusted, cache, lane, claimTokenId, nowMs: Date.now },
    store,
    events,
    spool,
    forwarding: upstream.forwarding,
    ...bodyServices(config, log),
    trail,
    metrics,
    log,
    nowMs: Date.now,
    randomBytes,
    running,
    slots: new RequestSlots(config.SECROUTER_MAX_REQUESTS),
  };
  const stores = { redis, queueRedis, queue, spoolDirectory };
  return { services, identity, keys, ...stores, issuerKeys, upstream };
}

interface InForce extends Pick<Authenticator, 'cache' | 'lane'> {
  readonly upstream: UpstreamSide;
  readonly issuerKeys: IssuerKeys;
  readonly log: Logger;
}

function bringIntoForce(policy: CompiledPolicy, parts: InForce): void {
  const { security } = policy.config;
  if (!security.enabled) parts.log.warn('SECURITY IS SWITCHED OFF: everybody who reaches this pod may use every model');
  parts.upstream.configure(policy);
  parts.issuerKeys.configure(security.oidc);
  parts.cache.flush();
  parts.lane.forgetForgeries();
}

function bodyServices(config: PodConfig, log: Logger): Pick<PodServices, 'bytesInFlight' | 'reading'> {
  const onWorkerLost = (err: unknown) =>
    log.warn({ err }, 'a reading thread ended; the next large body starts another');
  return {
    bytesInFlight: new ByteBudget(config.SECROUTER_MAX_BYTES_IN_FLIGHT),
    reading: new ReadPool({ workers: config.SECROUTER_READ_WORKERS, onWorkerLost }),
  };
}
