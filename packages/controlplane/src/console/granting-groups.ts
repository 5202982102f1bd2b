// Which groups would give somebody a role.
import type { PolicyConfig, Role } from '@secrouter/proto';

/** Groups whose rule grants one of the roles, or all of them through `admin`. Sorted. */
export function grantingGroups(policy: PolicyConfig, roles: readonly Role[]): readonly string[] {
  return Object.entries(policy.groups)
    .filter(
      ([, rule]) => rule.admin === true || (rule.roles ?? []).some((role) => role === 'admin' || roles.includes(role)),
    )
    .map(([name]) => name)
    .sort();
}
