// Reads labelled lines: `{id, messages, tools?, label: {tier, group?, lang?}}`, or the corpus' flat `{tier, group, lang}`.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ClassifierRequest, requestFromOpenAi, TIERS } from '../src/index.ts';

/** One request with the tier that a person or its source gave it. */
export interface LabelledRow {
  readonly id: string;
  readonly file: string;
  readonly group: string;
  readonly language: string;
  /** Rows with the same one are differently worded forms of one ask. */
  readonly ask: string;
  /** Index into `TIERS`. */
  readonly tier: number;
  readonly request: ClassifierRequest;
}

/** Reads the rows with a tier from several files; a malformed line is an error that names its place. */
export function readLabelledRows(paths: readonly string[]): LabelledRow[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) => (line.trim() === '' ? [] : readRow(line, path, index + 1))),
  );
}

function readRow(line: string, path: string, lineNumber: number): LabelledRow[] {
  try {
    const row = JSON.parse(line);
    const label = row.label ?? row;
    const tier = TIERS.indexOf(label.tier);
    if (tier === -1) return [];
    const group = String(label.group ?? 'none');
    const language = String(label.lang ?? (/^[a-z]{2}$/.test(group) ? group : 'en'));
    const file = basename(path);
    const id = String(row.id);
    const ask = `${file} ${isOfSet({ group }) ? group : id}`;
    return [{ id, file, group, language, ask, tier, request: requestFromOpenAi(row) }];
  } catch (error) {
    throw new Error(`${path}:${lineNumber} cannot be read`, { cause: error });
  }
}

/** The row is one of several wordings of an ask, which share the group `set-…`. */
export function isOfSet({ group }: Pick<LabelledRow, 'group'>): boolean {
  return group.startsWith('set-');
}
