// What governs now, as the console judges by it: the newest snapshot, parsed once per revision and checked on each request.
import {
  type EffectiveConfig,
  type EffectivePolicy,
  mergePolicy,
  type Revocation,
  type Snapshot,
  type SnapshotPosition,
} from '@secrouter/proto';
import type { Pool } from 'pg';
import { readHeadPosition, readHeadSnapshot } from '../db/snapshot-store.ts';
import { RoutingRules } from './routing-rules.ts';

/** A published snapshot with what is derived from it once. */
export interface PublishedPolicy extends SnapshotPosition {
  readonly config: EffectiveConfig;
  readonly createdAt: string;
  readonly revoked: Readonly<Record<Revocation['kind'], ReadonlySet<string>>>;
  /** True when some rule names a group: then a token that could not carry all groups matters. */
  readonly policyNamesGroups: boolean;
  readonly routing: RoutingRules;
}

/** Reads the newest snapshot; a revision that is held already costs one small query. */
export class PublishedPolicyReader {
  readonly #pool: Pool;
  readonly #cell: string;
  #held: PublishedPolicy | undefined;

  constructor(pool: Pool, cell: string) {
    this.#pool = pool;
    this.#cell = cell;
  }

  /** The policy in force; undefined before the first publication. Rejects while the database is away. */
  async current(): Promise<PublishedPolicy | undefined> {
    const head = await readHeadPosition(this.#pool, this.#cell);
    if (head === undefined) return undefined;
    const held = this.#held;
    if (held !== undefined && held.epoch === head.epoch && held.revision === head.revision) return held;
    const sealed = await readHeadSnapshot(this.#pool, this.#cell);
    if (sealed === undefined) return undefined;
    // From our own table, where only `publish` writes.
    this.#held = toPublished(JSON.parse(new TextDecoder().decode(sealed.content)) as Snapshot, held);
    return this.#held;
  }
}

/** The policy of one principal as it is now; undefined when no rule grants anything. */
export function policyOf(
  published: PublishedPolicy,
  principal: { readonly principal: string; readonly groups: readonly string[]; readonly service?: boolean },
): EffectivePolicy | undefined {
  const { principal: key, groups, service = false } = principal;
  const merged = mergePolicy(published.config.security, { key, groups, service });
  return merged.outcome === 'granted' ? merged.policy : undefined;
}

function toPublished(snapshot: Snapshot, previous: PublishedPolicy | undefined): PublishedPolicy {
  const { epoch, revision, config, createdAt, revocations } = snapshot;
  const valuesOf = (kind: Revocation['kind']) =>
    new Set(revocations.filter((revocation) => revocation.kind === kind).map(({ value }) => value));
  return {
    epoch,
    revision,
    config,
    createdAt,
    revoked: { principal: valuesOf('principal'), token: valuesOf('token'), client: valuesOf('client') },
    policyNamesGroups: Object.keys(config.security.policy.groups).length > 0,
    routing: new RoutingRules(config, previous?.routing),
  };
}
