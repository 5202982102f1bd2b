// Holds the defaults to bounds on the project's own hand-written corpus. The bounds are below what is reached today, so
// that a change which costs quality fails and a harmless one does not.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { classify } from './classify.ts';
import { compileClassifier } from './compile-classifier.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import { requestFromOpenAi } from './request-from-openai.ts';
import { TIERS } from './tiers.ts';

interface CorpusRow {
  readonly id: string;
  readonly lang: string;
  readonly group: string;
  readonly level: number;
  readonly predicted: number;
  readonly score: number;
}

const folder = new URL('../corpus/', import.meta.url);
const compiled = compileClassifier(defaultClassifierParameters);
const rows: CorpusRow[] = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trim().split('\n'))
  .map((line) => {
    const row = JSON.parse(line);
    const { tier, score } = classify(requestFromOpenAi(row), compiled);
    return { ...row, level: TIERS.indexOf(row.tier), predicted: TIERS.indexOf(tier), score };
  });
const share = (of: readonly CorpusRow[], holds: (row: CorpusRow) => boolean): number =>
  of.filter(holds).length / of.length;
const isRight = (row: CorpusRow): boolean => row.level === row.predicted;

/** Chance that a hard row scores above an easy one. */
function separation(of: readonly CorpusRow[]): number {
  const easy = of.filter(({ level }) => level < 2);
  const hard = of.filter(({ level }) => level >= 2);
  const wins = hard.flatMap((above) =>
    easy.map((below) => (above.score > below.score ? 1 : above.score === below.score ? 0.5 : 0)),
  );
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
}

test('every row has an id of its own and a tier', () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(rows.every(({ level }) => level >= 0)).toBe(true);
  expect(rows.length).toBeGreaterThanOrEqual(290);
});

test('is right on at least 90 % and off by two tiers on at most 1 %', () => {
  expect(share(rows, isRight)).toBeGreaterThanOrEqual(0.9);
  expect(share(rows, ({ level, predicted }) => Math.abs(level - predicted) >= 2)).toBeLessThanOrEqual(0.01);
});

test('separates hard from easy', () => {
  expect(separation(rows)).toBeGreaterThanOrEqual(0.98);
});

test.each([...new Set(rows.map(({ lang }) => lang))])('separates hard from easy in %s', (language) => {
  const own = rows.filter(({ lang }) => lang === language);

  expect(separation(own)).toBeGreaterThanOrEqual(0.95);
  expect(share(own, isRight)).toBeGreaterThanOrEqual(0.8);
});

test.each(['trap_substring', 'quoted_marker', 'system_bias', 'multiturn', 'tools'])('is not fooled by %s', (group) => {
  expect(
    share(
      rows.filter((row) => row.group === group),
      isRight,
    ),
  ).toBeGreaterThanOrEqual(0.75);
});
