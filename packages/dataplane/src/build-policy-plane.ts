// Second half of the composition: where policy comes from, and what the pod says of itself.
import { join } from 'node:path';
import type { SealedSnapshot } from '@secrouter/proto';
import type { Logger } from 'pino';
import type { ServiceParts } from './build-services.ts';
import type { PodConfig } from './config.ts';
import { PodState } from './observe/pod-state.ts';
import { POD_VERSION } from './observe/pod-version.ts';
import type { ApplyOutcome } from './policy/apply-snapshot.ts';
import { applyFromDisk } from './policy/find-first-snapshot.ts';
import { followRevocations } from './policy/follow-revocations.ts';
import { LastKnownGood } from './policy/last-known-good.ts';
import { openPolicyConnection } from './policy/open-policy-connection.ts';
import { PolicyClient } from './policy/policy-client.ts';
import { connectRedis } from './redis/connect-redis.ts';

/** Where policy comes from. */
export interface PolicyPlane {
  readonly state: PodState;
  readonly client: PolicyClient;
  /** Applies what the disk holds, then dials out and follows the mirror in Redis. */
  readonly start: () => Promise<void>;
  readonly close: () => void;
}

/** Builds the policy side of a pod. Throws when the policy connection would leave the machine unprotected. */
export function buildPolicyPlane(config: PodConfig, parts: ServiceParts, log: Logger): PolicyPlane {
  const { services, issuerKeys } = parts;
  const { policies } = services;
  const disk = new LastKnownGood(join(config.SECROUTER_STATE_DIR, 'snapshots'));
  const state = new PodState({ services, issuerKeys });
  const apply = (sealed: SealedSnapshot) => applyAndSave(sealed, parts, disk, log);
  const appliedPosition = () => policies.current?.snapshot;
  const client = new PolicyClient({
    client: openPolicyConnection(config),
    nodeId: config.SECROUTER_POD_ID,
    podVersion: POD_VERSION,
    cell: config.SECROUTER_CELL,
    appliedPosition,
    apply,
    confirm: () => policies.confirm(),
    status: () => state.status(),
    onFleetStats: (pods, counters) => state.noteFleet(pods, counters),
    random: Math.random,
    log,
  });
  state.attachPolicyClient(client);
  let stopFollowing: () => void = () => undefined;
  return {
    state,
    client,
    start: async () => {
      await applyFromDisk(policies, disk, log);
      client.start();
      const subscriber = connectRedis(config.REDIS_URL, 'revocations', log, { autoResubscribe: false });
      const { redis: reader, keys } = parts;
      stopFollowing = followRevocations({ subscriber, reader, keys, appliedPosition, apply, log });
    },
    close: () => {
      stopFollowing();
      client.close();
    },
  };
}

function applyAndSave(
  sealed: SealedSnapshot,
  { services }: ServiceParts,
  disk: LastKnownGood,
  log: Logger,
): ApplyOutcome {
  const outcome = services.policies.apply(sealed);
  if (outcome.outcome !== 'applied') return outcome;
  log.info({ revision: sealed.seal.revision, applyMs: outcome.applyMs }, 'snapshot applied');
  disk.save(sealed).catch((error: unknown) => {
    log.warn({ reason: String(error).slice(0, 120) }, 'snapshot could not be saved');
  });
  return outcome;
}
