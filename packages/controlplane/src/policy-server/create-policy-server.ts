// Composition root of the policy server: builds everything, starts in order, closes in the reverse order.
import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { redisKeys, type SealedSnapshot, type SnapshotPosition } from '@secrouter/proto';
import { Redis } from 'ioredis';
import type pg from 'pg';
import type { Logger } from 'pino';
import { appendAuditEvents } from '../audit/append-audit-events.ts';
import { FleetStore } from '../db/fleet-store.ts';
import { openPool } from '../db/open-pool.ts';
import { isLoopback } from '../environment/variables.ts';
import { endExpiredGrants } from '../policy/admin-grants.ts';
import type { PublishDependencies } from '../policy/publish.ts';
import { readSigningKey } from '../policy/signing-key.ts';
import { bringFileIntoForce } from './bring-file-into-force.ts';
import type { PolicyServerConfig } from './config.ts';
import { Fleet } from './fleet.ts';
import { MirrorKeeper } from './mirror-keeper.ts';
import { createReadUsageHandler } from './read-usage-handler.ts';
import { recordRefusal } from './record-refusal.ts';
import { restoreAbove } from './restore-above.ts';
import { SnapshotFeed } from './snapshot-feed.ts';
import { type GrpcServer, startGrpcServer } from './start-grpc-server.ts';

const POOL_SIZE = 10;
const GRANT_CHECK_INTERVAL_MS = 10_000;
const REDIS_COMMAND_TIMEOUT_MS = 5_000;

export interface PolicyServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the policy server. Rejects with `NothingToServe` when neither the file nor the table has a valid policy. */
export async function startPolicyServer(config: PolicyServerConfig, log: Logger): Promise<PolicyServer> {
  const signingKey = readSigningKey(config.signingKeyFile);
  const { pool, redis } = connectStores(config, log);
  const keys = redisKeys(config.cell, config.redisPrefix);
  const publishing: PublishDependencies = {
    pool,
    cell: config.cell,
    signingKey: signingKey.privateKey,
    appendAudit: (client, events) => appendAuditEvents(client, config.cell, events),
    auditOrigin: { cell: config.cell, podId: 'policy-server', podStream: randomUUID() },
  };
  const mirror = new MirrorKeeper({ redis, keys, cell: config.cell, trustedKeys: [signingKey.trusted] }, log);
  const serverId = `${hostname().slice(0, 40)}-${randomBytes(4).toString('hex')}`;
  const raise = (seen: SnapshotPosition, seenAt: string) => restoreAbove(publishing, seen, seenAt, log);
  const fleet = new Fleet({
    cell: config.cell,
    store: new FleetStore(pool, config.cell, serverId),
    log,
    onRefusal: (refusal) => recordRefusal(publishing, refusal),
    onAhead: (nodeId, position) => void raise(position, nodeId),
  });
  const onNewer = (sealed: SealedSnapshot) => {
    fleet.push(sealed);
    mirror.offer(sealed);
  };
  const feed = new SnapshotFeed({ pool, listenUrl: config.databaseDirectUrl, cell: config.cell, log, onNewer });
  const { configFile, egressFile } = config;
  const location = {
    configFile,
    ...(egressFile === undefined ? {} : { egressFile }),
    listenersOnLoopback: isLoopback(config.bind),
  };

  const endGrants = () =>
    endExpiredGrants(publishing, log).catch((error: unknown) =>
      log.warn({ error }, 'expired grants were not looked at'),
    );
  const grantTimer = setInterval(() => void endGrants(), GRANT_CHECK_INTERVAL_MS);

  let listener: GrpcServer | undefined;
  const close = async () => {
    clearInterval(grantTimer);
    await fleet.close();
    await listener?.close();
    await feed.close();
    await mirror.close();
    redis.disconnect();
    await pool.end();
  };
  try {
    await bringFileIntoForce(publishing, location, log);
    const mirrored = await mirror.read();
    if (mirrored !== undefined) await raise(mirrored.seal, 'mirror');
    await feed.start();
    fleet.start();
    mirror.start();
    listener = await startGrpcServer(config, {
      Subscribe: (stream) => fleet.accept(stream),
      ReadUsage: createReadUsageHandler({ pool, redis, keys, cell: config.cell }, log),
    });
    return { port: listener.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function connectStores(config: PolicyServerConfig, log: Logger): { pool: pg.Pool; redis: Redis } {
  const pool = openPool({ databaseUrl: config.databaseUrl, name: 'secrouter-policy-server', size: POOL_SIZE }, log);
  const redis = new Redis(config.redisUrl, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    commandTimeout: REDIS_COMMAND_TIMEOUT_MS,
  });
  redis.on('error', () => undefined); // every command's own failure is reported where it matters
  return { pool, redis };
}
