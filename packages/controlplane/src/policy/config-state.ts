// What a revision is made of, and the one pure function from a state and a change to the next state.
import type { OverrideEntry, OverrideScope, Revocation } from '@secrouter/proto';
import { isSame } from './diff-values.ts';

/** The texts of the file-managed layer as they were read. */
export interface BaselineFiles {
  readonly config: string;
  /** `SECROUTER_EGRESS_FILE`, merged into the allow-list. */
  readonly egress?: string;
  /** What the reading process knew of its listeners: only on loopback may `security.enabled` be false. */
  readonly listenersOnLoopback: boolean;
}

/** Everything that a snapshot is built from. */
export interface ConfigState {
  readonly files: BaselineFiles;
  readonly overrides: readonly OverrideEntry[];
  readonly revocations: readonly Revocation[];
}

/** What somebody wants changed. `value: null` removes an override. */
export type ConfigChange =
  | { readonly kind: 'override'; readonly scope: OverrideScope; readonly name: string; readonly value: unknown }
  | { readonly kind: 'rollback'; readonly revision: number; readonly overrides: readonly OverrideEntry[] }
  | { readonly kind: 'baseline'; readonly files: BaselineFiles }
  | { readonly kind: 'revoke'; readonly revocation: Revocation }
  | { readonly kind: 'reinstate'; readonly id: string }
  /** After a restore from backup: publishes the same state above every position that was seen elsewhere. */
  | { readonly kind: 'restore'; readonly above: number; readonly raiseEpoch: boolean };

/** One override before and after; null is its absence. */
export interface OverrideDifference {
  readonly scope: OverrideScope;
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The state that a change leads to. Nothing is validated here: the merged result is, as a whole. */
export function nextState(state: ConfigState, change: ConfigChange): ConfigState {
  switch (change.kind) {
    case 'override':
      return { ...state, overrides: withOverride(state.overrides, change) };
    case 'rollback':
      return { ...state, overrides: change.overrides };
    case 'baseline':
      return { ...state, files: change.files };
    case 'revoke':
      return { ...state, revocations: [...state.revocations, change.revocation] };
    case 'reinstate':
      return { ...state, revocations: state.revocations.filter((revocation) => revocation.id !== change.id) };
    case 'restore':
      return state;
  }
}

/** Which overrides differ between two folds, sorted by scope and name. The order of members does not matter. */
export function differingOverrides(
  before: readonly OverrideEntry[],
  after: readonly OverrideEntry[],
): OverrideDifference[] {
  const rows = new Map<string, { entry: OverrideEntry; before: unknown; after: unknown }>();
  for (const entry of before) rows.set(overrideKey(entry), { entry, before: entry.value, after: null });
  for (const entry of after) {
    const row = rows.get(overrideKey(entry));
    rows.set(overrideKey(entry), { entry, before: row?.before ?? null, after: entry.value });
  }
  return [...rows.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, row]) => ({ scope: row.entry.scope, name: row.entry.name, before: row.before, after: row.after }))
    .filter((row) => !isSame(row.before, row.after));
}

/** The value of one override, or null. */
export function overrideValue(overrides: readonly OverrideEntry[], scope: OverrideScope, name: string): unknown {
  return overrides.find((entry) => entry.scope === scope && entry.name === name)?.value ?? null;
}

function withOverride(overrides: readonly OverrideEntry[], { scope, name, value }: OverrideEntry): OverrideEntry[] {
  const others = overrides.filter((entry) => entry.scope !== scope || entry.name !== name);
  return value === null ? others : [...others, { scope, name, value }];
}

function overrideKey({ scope, name }: OverrideEntry): string {
  return `${scope}\n${name}`;
}
