// Problems name their field from the configuration's root; controls know theirs from the rule's.
import type { FieldProblem } from '../admin-fetch.ts';

/** The problems of one rule, with paths relative to it. */
export function problemsAtRule(problems: readonly FieldProblem[], rulePath: string): readonly FieldProblem[] {
  return problems.flatMap(({ path, message }) =>
    path.startsWith(`${rulePath}.`) ? [{ path: path.slice(rulePath.length + 1), message }] : [],
  );
}
