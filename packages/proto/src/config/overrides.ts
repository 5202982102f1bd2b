// The overrides layer: what the console and the admin API may write over the file.

/** The only scopes that may be overridden; everything else is file-managed. */
export const OVERRIDE_SCOPES = ['policy.group', 'policy.user', 'tier'] as const;
export type OverrideScope = (typeof OVERRIDE_SCOPES)[number];

/** One override as written; `value` has the shape of the file at that place (unparsed JSON), null removes it. */
export interface OverrideEntry {
  readonly scope: OverrideScope;
  readonly name: string;
  readonly value: unknown;
}

/** All overrides in force. */
export type Overrides = readonly OverrideEntry[];
