// Paths of configuration fields: as steps while reading, as dotted text in problems, and as patterns in tables.

/** One step into a document: a member's name or an item's index. */
export type PathStep = string | number;

/** The dotted form: `security.policy.users["a@b.c"].budgets[0].window`. */
export function formatPath(steps: readonly PathStep[]): string {
  return steps.map((step, index) => formatStep(step, index === 0)).join('');
}

function formatStep(step: PathStep, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
  return isFirst ? step : `.${step}`;
}

/** True when a path is the pattern's or, for `within`, lies below it; `*` stands for any one step. */
export function matchesPattern(pattern: string, steps: readonly PathStep[]): boolean {
  const parts = pattern.split('.');
  return parts.length === steps.length && parts.every((part, index) => part === '*' || part === steps[index]);
}
