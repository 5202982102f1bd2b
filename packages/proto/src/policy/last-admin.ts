// Nobody can lock everybody out: a change must leave at least one rule that grants admin.
import type { PolicyConfig, PolicyRule } from './policy-rule.ts';

/** False when the change takes away the last rule that grants admin. Where there was none before, nothing is lost. */
export function lastAdminRemains(before: PolicyConfig, after: PolicyConfig): boolean {
  return grantsAdminToSomebody(after) || !grantsAdminToSomebody(before);
}

/** True when some rule makes somebody an admin. */
export function grantsAdminToSomebody(policy: PolicyConfig): boolean {
  const rules = [policy.default, ...Object.values(policy.groups), ...Object.values(policy.users)];
  return rules.some((rule) => rule !== undefined && grantsAdmin(rule));
}

function grantsAdmin(rule: PolicyRule): boolean {
  return rule.admin === true || (rule.admin === undefined && (rule.roles ?? []).includes('admin'));
}
