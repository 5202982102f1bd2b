// What a change would do, without doing it: its problems, the fields of the configuration that would differ, and the people
// (as far as the ledger knows them) whose effective policy would.
import type { ConfigProblem, ConfigWarning, EffectiveConfig, OverrideEntry } from '@secrouter/proto';
import { mergePolicy } from '@secrouter/proto';
import type { ConsoleContext } from '../../context/console-context.ts';
import { readConfigState } from '../../db/config-store.ts';
import { type KnownPrincipal, listKnownPrincipals } from '../../db/known-principals.ts';
import { nextState } from '../../policy/config-state.ts';
import { diffValues, type ValueDifference } from '../../policy/diff-values.ts';
import { buildNext } from '../../policy/publish.ts';
import type { PublishedPolicy } from '../../policy/published-policy.ts';

/** So many principals are looked at; the answer says when there may be more. */
export const MAX_PREVIEWED_PRINCIPALS = 1_000;

export interface ChangePreview {
  /** The revision that the preview holds against: send it as `If-Match`. */
  readonly revision: number;
  readonly valid: boolean;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigWarning[];
  /** Fields of the configuration that would differ. */
  readonly changes: readonly ValueDifference[];
  readonly affected: readonly AffectedPrincipal[];
  readonly affectedIsLowerBound: boolean;
}

/** One person for whom something would change. */
export interface AffectedPrincipal {
  readonly principal: string;
  readonly email: string | null;
  readonly access: 'kept' | 'gained' | 'lost';
  readonly changes: readonly ValueDifference[];
}

/** Judges the change against the state in force. */
export async function previewChange(
  context: ConsoleContext,
  published: PublishedPolicy,
  entry: OverrideEntry,
): Promise<ChangePreview> {
  const { revision } = published;
  const { pool, config } = context;
  const current = await readConfigState(pool, config.cell, { revision });
  if (current === undefined) throw new Error(`revision ${revision} has no state`);
  const built = buildNext(published.config.security.policy, nextState(current, { kind: 'override', ...entry }));
  if (built.outcome === 'invalid') return { ...NOTHING, revision, valid: false, problems: built.problems };
  const known = await listKnownPrincipals(pool, config.cell, MAX_PREVIEWED_PRINCIPALS);
  return {
    revision,
    valid: true,
    problems: [],
    warnings: built.warnings,
    changes: diffValues(published.config, built.config),
    affected: affectedPrincipals(known, published.config, built.config),
    affectedIsLowerBound: known.length === MAX_PREVIEWED_PRINCIPALS,
  };
}

const NOTHING = { warnings: [], changes: [], affected: [], affectedIsLowerBound: false } as const;

/** Whose effective policy differs between two configurations. Pure. */
export function affectedPrincipals(
  known: readonly KnownPrincipal[],
  before: EffectiveConfig,
  after: EffectiveConfig,
): AffectedPrincipal[] {
  return known.flatMap(({ principal, email, groups, service }) => {
    const person = { key: principal, groups, service };
    const [was, becomes] = [mergePolicy(before.security, person), mergePolicy(after.security, person)];
    const changes = diffValues(
      was.outcome === 'granted' ? was.policy : {},
      becomes.outcome === 'granted' ? becomes.policy : {},
    );
    if (changes.length === 0) return [];
    const kept = was.outcome === becomes.outcome;
    return [{ principal, email, access: kept ? 'kept' : becomes.outcome === 'granted' ? 'gained' : 'lost', changes }];
  });
}
