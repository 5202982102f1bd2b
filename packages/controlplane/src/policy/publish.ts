// The configuration's story, top to bottom: baseline files + overrides -> effective -> one transaction that writes the
// override, its history, the audit record and the signed snapshot -> NOTIFY. The table is the truth; NOTIFY is a hint.
import type { KeyObject } from 'node:crypto';
import {
  type AuditEvent,
  type ConfigProblem,
  type ConfigWarning,
  type EffectiveConfig,
  lastAdminRemains,
  type PolicyConfig,
  type SealedSnapshot,
  SNAPSHOT_VERSION,
  sealSnapshot,
} from '@secrouter/proto';
import type { Pool, PoolClient } from 'pg';
import {
  type ConfigHead,
  lockHead,
  type RevisionKind,
  readConfigState,
  readHeadConfig,
  writeRevision,
} from '../db/config-store.ts';
import { withTransaction } from '../db/transaction.ts';
import { buildEffective, type EffectiveResult } from './build-effective.ts';
import { type AuditOrigin, changeAuditEvents } from './change-audit.ts';
import {
  type ConfigChange,
  type ConfigState,
  differingOverrides,
  nextState,
  type OverrideDifference,
  overrideValue,
} from './config-state.ts';
import { isSame } from './diff-values.ts';

export interface PublishDependencies {
  readonly pool: Pool;
  readonly cell: string;
  readonly signingKey: KeyObject;
  /** Appends audit leaves within the given transaction. */
  readonly appendAudit: (client: PoolClient, events: readonly AuditEvent[]) => Promise<void>;
  readonly auditOrigin: AuditOrigin;
}

/** Who changes what, why, and what they had seen. */
export interface ChangeContext {
  readonly author: string;
  readonly reason: string;
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  /** `If-Match`: the global revision that the author had read. */
  readonly expectedRevision?: number;
  /** What belongs to the change and is written in its transaction. */
  readonly alongside?: (client: PoolClient) => Promise<void>;
}

export type PublishOutcome =
  | {
      readonly outcome: 'published';
      readonly revision: number;
      readonly epoch: number;
      readonly config: EffectiveConfig;
      readonly warnings: readonly ConfigWarning[];
    }
  | { readonly outcome: 'unchanged'; readonly revision: number }
  | { readonly outcome: 'conflict'; readonly revision: number; readonly value: unknown }
  | { readonly outcome: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** Channel that announces a new revision, with `cell:epoch:revision`. */
export const SNAPSHOT_CHANNEL = 'secrouter_snapshot';

/**
 * Publishes a change, or says why not. The merged result is validated before anything is written. The head's row lock
 * orders all publishers of a cell, so that revisions are consecutive.
 */
export function publish(
  deps: PublishDependencies,
  change: ConfigChange,
  context: ChangeContext,
): Promise<PublishOutcome> {
  return withTransaction(deps.pool, async (client) => {
    const head = await lockHead(client, deps.cell);
    const current = await readConfigState(client, deps.cell, head);
    if (context.expectedRevision !== undefined && context.expectedRevision !== head.revision)
      return { outcome: 'conflict', revision: head.revision, value: valueInForce(current, change) };
    if (isWithoutEffect(current, change)) return { outcome: 'unchanged', revision: head.revision };

    const next = stateAfter(current, change);
    const published = current === undefined ? undefined : await readHeadConfig(client, deps.cell);
    const built = buildNext(published?.security.policy, next);
    if (built.outcome === 'invalid') return built;
    if (change.kind === 'baseline' && isInForce(built, published, current))
      return { outcome: 'unchanged', revision: head.revision };

    const position = positionAfter(head, change);
    const sealed = sealSnapshot(
      {
        version: SNAPSHOT_VERSION,
        cell: deps.cell,
        ...position,
        createdAt: head.time,
        config: built.config,
        revocations: next.revocations,
      },
      deps.signingKey,
    );
    await record(deps, client, { head, current, next, change, context, sealed, warnings: built.warnings });
    return { outcome: 'published', ...position, config: built.config, warnings: built.warnings };
  });
}

/**
 * Validates a state as a whole: the effective configuration, or every problem. `policy` is the one in force, of which the
 * change must leave an admin. Also the preview's judgement.
 */
export function buildNext(policy: PolicyConfig | undefined, next: ConfigState): EffectiveResult {
  const built = buildEffective(next.files, next.overrides);
  if (built.outcome === 'invalid' || policy === undefined) return built;
  if (lastAdminRemains(policy, built.config.security.policy)) return built;
  return { outcome: 'invalid', problems: [LAST_ADMIN] };
}

const LAST_ADMIN: ConfigProblem = {
  path: 'security.policy',
  message: 'this would remove the last rule that grants admin; grant it to somebody else first',
};

// A new file is in force already when it changes neither the merged result nor what would remain of the file without the
// overrides. The merged result is compared with the published one: a newer version may read the same text differently.
function isInForce(
  built: Extract<EffectiveResult, { outcome: 'built' }>,
  published: EffectiveConfig | undefined,
  current: ConfigState | undefined,
): boolean {
  if (current === undefined || !isSame(published, built.config)) return false;
  const before = buildEffective(current.files, []);
  return before.outcome === 'built' && isSame(before.config, built.baseline);
}

// The first publication has no state before it, and only a baseline can begin one.
function stateAfter(current: ConfigState | undefined, change: ConfigChange): ConfigState {
  if (current !== undefined) return nextState(current, change);
  if (change.kind !== 'baseline') throw new Error('there is no configuration yet: publish a baseline first');
  return { files: change.files, overrides: [], revocations: [] };
}

function isWithoutEffect(current: ConfigState | undefined, change: ConfigChange): boolean {
  if (current === undefined) return false;
  if (change.kind === 'override' && change.value === null)
    return overrideValue(current.overrides, change.scope, change.name) === null;
  if (change.kind === 'revoke')
    return current.revocations.some(
      ({ kind, value }) => kind === change.revocation.kind && value === change.revocation.value,
    );
  if (change.kind === 'reinstate') return !current.revocations.some(({ id }) => id === change.id);
  return false;
}

function valueInForce(current: ConfigState | undefined, change: ConfigChange): unknown {
  return change.kind === 'override' && current !== undefined
    ? overrideValue(current.overrides, change.scope, change.name)
    : null;
}

function positionAfter(head: ConfigHead, change: ConfigChange): { epoch: number; revision: number } {
  if (change.kind !== 'restore') return { epoch: head.epoch, revision: head.revision + 1 };
  return {
    epoch: change.raiseEpoch ? head.epoch + 1 : head.epoch,
    revision: Math.max(head.revision, change.above) + 1,
  };
}

interface Publication {
  readonly head: ConfigHead;
  readonly current: ConfigState | undefined;
  readonly next: ConfigState;
  readonly change: ConfigChange;
  readonly context: ChangeContext;
  readonly sealed: SealedSnapshot;
  readonly warnings: readonly ConfigWarning[];
}

async function record(deps: PublishDependencies, client: PoolClient, publication: Publication): Promise<void> {
  const { head, current, next, change, context, sealed, warnings } = publication;
  const { author, reason } = context;
  const kind = revisionKind(change);
  const differences = writtenDifferences(current, next, change);
  await writeRevision(client, {
    time: head.time,
    kind,
    change,
    state: next,
    differences,
    author,
    reason,
    sealed,
    warnings,
  });
  await context.alongside?.(client);
  const audited = { kind, change, context, differences, seal: sealed.seal, fromRevision: head.revision };
  await deps.appendAudit(client, changeAuditEvents(deps.auditOrigin, head.time, audited));
  const { cell, epoch, revision } = sealed.seal;
  await client.query('SELECT pg_notify($1, $2)', [SNAPSHOT_CHANNEL, `${cell}:${epoch}:${revision}`]);
}

function revisionKind(change: ConfigChange): RevisionKind {
  if (change.kind === 'override') return 'publish';
  return change.kind === 'revoke' || change.kind === 'reinstate' ? 'revocation' : change.kind;
}

// Writing the value that is in force already is still somebody's statement: its author and reason are kept.
function writtenDifferences(
  current: ConfigState | undefined,
  next: ConfigState,
  change: ConfigChange,
): OverrideDifference[] {
  const differences = differingOverrides(current?.overrides ?? [], next.overrides);
  if (change.kind !== 'override' || differences.length > 0) return differences;
  return [{ scope: change.scope, name: change.name, before: change.value, after: change.value }];
}
