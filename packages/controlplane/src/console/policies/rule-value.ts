// A policy rule as it stands in the file: unparsed JSON, which the server alone judges. The editor changes single
// fields of it and leaves everything else as it was, also what this version of the console has no control for.

/** One rule in the file's shape. */
export type RuleValue = Readonly<Record<string, unknown>>;

/** One budget in the file's shape. */
export type BudgetValue = Readonly<Record<string, unknown>>;

/** The rule with one field set; `undefined` takes the field out, so that the rule says nothing about it. */
export function withField(rule: RuleValue, field: string, value: unknown): RuleValue {
  const { [field]: _previous, ...rest } = rule;
  return value === undefined ? rest : { ...rest, [field]: value };
}

/** A list of texts under a field; empty where it is absent or something else. */
export function textsOf(rule: RuleValue, field: string): readonly string[] {
  const value = rule[field];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** A text under a field; null where it is absent or something else. */
export function textOf(rule: RuleValue, field: string): string | null {
  const value = rule[field];
  return typeof value === 'string' ? value : null;
}

/** Options to choose from, with the present value among them even where the server will refuse it. */
export function withCurrent(options: readonly string[], current: string | null): string[] {
  return current === null || options.includes(current) ? [...options] : [...options, current];
}

/** The budgets of a rule. */
export function budgetsOf(rule: RuleValue): readonly BudgetValue[] {
  const { budgets } = rule;
  return Array.isArray(budgets) ? budgets.filter(isRecord) : [];
}

/** A rule read from the text of the JSON editor, or what is wrong with the text. */
export function parseRule(
  text: string,
):
  | { readonly outcome: 'parsed'; readonly rule: RuleValue }
  | { readonly outcome: 'refused'; readonly message: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { outcome: 'refused', message: 'This is not valid JSON yet.' };
  }
  return isRecord(value)
    ? { outcome: 'parsed', rule: value }
    : { outcome: 'refused', message: 'A rule is a JSON object: { … }' };
}

/** The text of the JSON editor. */
export function formatRule(rule: RuleValue): string {
  return JSON.stringify(rule, null, 2);
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
