// Problems name their field from the configuration's root; controls know theirs from the rule's.
import type { FieldProblem } from '../admin-fetch.ts';
import type { OverrideTarget } from './override-requests.ts';

/** The problems of the target's own rule, with paths relative to it. */
export function problemsAtRule(problems: readonly FieldProblem[], target: OverrideTarget): readonly FieldProblem[] {
  const layer = target.scope === 'policy.group' ? 'groups' : 'users';
  const prefix = `security.policy.${layer}.${target.name}`;
  return problems.flatMap(({ path, message }) =>
    path.startsWith(`${prefix}.`) ? [{ path: path.slice(prefix.length + 1), message }] : [],
  );
}
