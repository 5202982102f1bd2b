// The rules of one layer, file and overrides side by side. Pure.
import type { OverrideInForce } from '../../db/config-queries.ts';
import { isRecord, type RuleValue } from './rule-value.ts';

/** Layers whose rules can be overridden, as they stand in an address. */
export const LAYERS = {
  group: { scope: 'policy.group', member: 'groups', title: 'Groups', one: 'group' },
  user: { scope: 'policy.user', member: 'users', title: 'People', one: 'person' },
} as const;
export type Layer = keyof typeof LAYERS;

export interface PolicyRow {
  readonly name: string;
  readonly file?: RuleValue;
  readonly override?: OverrideInForce & { readonly value: RuleValue };
  /** What governs: the override where there is one, else the file's rule. */
  readonly inForce?: RuleValue;
}

/** True for an address' layer. */
export function isLayer(text: string): text is Layer {
  return Object.hasOwn(LAYERS, text);
}

/** All rules of a layer by name. */
export function policyRows(layer: Layer, filePolicy: unknown, overrides: readonly OverrideInForce[]): PolicyRow[] {
  const { scope, member } = LAYERS[layer];
  const fileRules = isRecord(filePolicy) && isRecord(filePolicy[member]) ? filePolicy[member] : {};
  const own = overrides.filter((override) => override.scope === scope);
  const names = new Set([...Object.keys(fileRules), ...own.map(({ name }) => name)]);
  return [...names].sort().map((name) => policyRow(name, fileRules, own));
}

/** The row of one name, which may have no rule yet. */
export function findPolicyRow(
  layer: Layer,
  name: string,
  filePolicy: unknown,
  overrides: readonly OverrideInForce[],
): PolicyRow {
  return policyRows(layer, filePolicy, overrides).find((row) => row.name === name) ?? { name };
}

function policyRow(
  name: string,
  fileRules: Readonly<Record<string, unknown>>,
  overrides: readonly OverrideInForce[],
): PolicyRow {
  const file = Object.hasOwn(fileRules, name) && isRecord(fileRules[name]) ? fileRules[name] : undefined;
  const override = overrides.find((candidate) => candidate.name === name);
  const value = override !== undefined && isRecord(override.value) ? override.value : undefined;
  const inForce = value ?? file;
  return {
    name,
    ...(file === undefined ? {} : { file }),
    ...(override === undefined || value === undefined ? {} : { override: { ...override, value } }),
    ...(inForce === undefined ? {} : { inForce }),
  };
}
