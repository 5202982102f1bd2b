// What a configuration check says of each field of the file: used, replaced, refused, or a note.
import type { JsonNode } from '../json/json-node.ts';
import type { ConfigReading } from './config-reading.ts';
import type { ConfigProblem } from './config-types.ts';
import { formatPath, type PathStep } from './field-path.ts';
import { withoutEffect } from './replaced-fields.ts';

/** The verdict on one field. `replaced` also stands for fields that have no effect yet; the message says which. */
export interface FieldVerdict {
  readonly path: string;
  readonly verdict: 'used' | 'replaced' | 'refused' | 'note';
  readonly message?: string;
}

/** Warns of every field that is read but has no effect yet. */
export function warnOfFieldsWithoutEffect(root: JsonNode, reading: ConfigReading): void {
  for (const { node, steps } of walk(root, [])) {
    const message = asksForNothing(node) ? undefined : withoutEffect(steps, node);
    if (message !== undefined)
      reading
        .root('')
        .at(...steps)
        .replace(message);
  }
}

/** False, null and an empty list ask for what happens anyway. */
function asksForNothing(node: JsonNode): boolean {
  return node.kind === 'false' || node.kind === 'null' || (node.kind === 'array' && node.items.length === 0);
}

/** The verdicts in the file's order. A container that was replaced or refused as a whole is one verdict. */
export function fieldVerdicts(root: JsonNode, reading: ConfigReading): readonly FieldVerdict[] {
  const problems = byPath(reading.problems);
  const replaced = byPath(reading.warnings.filter((warning) => warning.kind === 'replaced'));
  const advice = byPath(reading.warnings.filter((warning) => warning.kind === 'advice'));
  const verdicts: FieldVerdict[] = [];
  const visit = (node: JsonNode, steps: readonly PathStep[]) => {
    const path = formatPath(steps);
    const last = steps.at(-1);
    const refusal = problems.get(path);
    const replacement = replaced.get(path);
    if (typeof last === 'string' && last.startsWith('_')) verdicts.push({ path, verdict: 'note' });
    else if (refusal !== undefined && steps.length > 0) verdicts.push({ path, verdict: 'refused', message: refusal });
    else if (replacement !== undefined) verdicts.push({ path, verdict: 'replaced', message: replacement });
    else if (isLeaf(node)) verdicts.push(leafVerdict(node, steps, problems, advice));
    else for (const child of childrenOf(node, steps)) visit(child.node, child.steps);
  };
  visit(root, []);
  return verdicts;
}

function leafVerdict(
  node: JsonNode,
  steps: readonly PathStep[],
  problems: ReadonlyMap<string, string>,
  advice: ReadonlyMap<string, string>,
): FieldVerdict {
  const path = formatPath(steps);
  const places = [path, ...childrenOf(node, steps).map((child) => formatPath(child.steps))];
  const refusal = places.map((place) => problems.get(place)).find((message) => message !== undefined);
  if (refusal !== undefined) return { path, verdict: 'refused', message: refusal };
  const said = places.map((place) => advice.get(place)).find((message) => message !== undefined);
  return said === undefined ? { path, verdict: 'used' } : { path, verdict: 'used', message: said };
}

/** A scalar, or an array of scalars, which is shown as one field. */
function isLeaf(node: JsonNode): boolean {
  if (node.kind === 'object') return node.members.size === 0;
  return node.kind !== 'array' || node.items.every((item) => item.kind !== 'object' && item.kind !== 'array');
}

interface Located {
  readonly node: JsonNode;
  readonly steps: readonly PathStep[];
}

function childrenOf(node: JsonNode, steps: readonly PathStep[]): readonly Located[] {
  if (node.kind === 'object')
    return [...node.members.values()].map((member) => ({ node: member.value, steps: [...steps, member.name] }));
  if (node.kind === 'array') return node.items.map((item, index) => ({ node: item, steps: [...steps, index] }));
  return [];
}

function* walk(node: JsonNode, steps: readonly PathStep[]): Generator<Located> {
  yield { node, steps };
  for (const child of childrenOf(node, steps)) yield* walk(child.node, child.steps);
}

function byPath(entries: readonly ConfigProblem[]): ReadonlyMap<string, string> {
  const messages = new Map<string, string>();
  for (const { path, message } of entries) {
    const earlier = messages.get(path);
    messages.set(path, earlier === undefined ? message : `${earlier}; ${message}`);
  }
  return messages;
}

/** Line and column of an offset, both from 1. */
export function positionOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
