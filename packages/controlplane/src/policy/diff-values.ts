// Where two JSON values differ: for the answer of a reload, the preview and the history.

/** One place that differs; null is absence. */
export interface ValueDifference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** More differences than this are cut; nobody reads them. */
export const MAX_DIFFERENCES = 500;

/** The leaves (and whole arrays) that differ, in the order of their paths. */
export function diffValues(before: unknown, after: unknown): ValueDifference[] {
  const differences: ValueDifference[] = [];
  collect(before, after, '', differences);
  return differences;
}

function collect(before: unknown, after: unknown, path: string, differences: ValueDifference[]): void {
  if (differences.length >= MAX_DIFFERENCES || isSame(before, after)) return;
  if (!isObject(before) || !isObject(after)) {
    differences.push({ path, before: before ?? null, after: after ?? null });
    return;
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  for (const name of names) {
    const step = /^[A-Za-z_$][\w$-]*$/.test(name) ? name : `[${JSON.stringify(name)}]`;
    const separator = path === '' || step.startsWith('[') ? '' : '.';
    collect(before[name], after[name], `${path}${separator}${step}`, differences);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON, whatever the order of members. */
export function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => name in right && isSame(left[name], right[name]))
  );
}
