// Holds the defaults to bounds on the project's own hand-written corpus: on the rows that the strengths were learnt from,
// and on those that never were. The bounds lie below what is reached today, so that a change which costs quality fails and
// a harmless one does not.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { classify, compileClassifier, defaultClassifierParameters, TIERS } from '../src/index.ts';
import { judgeRows } from './judge-rows.ts';
import { type LabelledRow, readLabelledRows } from './labelled-rows.ts';
import { type JudgedRow, measureQuality } from './report-quality.ts';

const folder = join(import.meta.dirname, '..', 'corpus');
const compiled = compileClassifier(defaultClassifierParameters);

const learnt = judgeRows(readAll(folder), compiled);
const heldOut = judgeRows(readAll(join(folder, 'held-out')), compiled);

function readAll(from: string): readonly LabelledRow[] {
  return readLabelledRows(
    readdirSync(from)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(from, name)),
  );
}

const heldOutIn = (file: string): readonly JudgedRow[] => heldOut.filter(({ row }) => row.file === file);

/** The text of a row that is one message, else nothing. */
function onlyText({ row }: JudgedRow): string {
  const { messages } = row.request;
  return messages.length === 1 ? (messages[0]?.text ?? '') : '';
}

test('every row has an id of its own', () => {
  const ids = [...learnt, ...heldOut].map(({ row }) => row.id);

  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(600);
});

test('differently worded forms of one ask have one tier', () => {
  const asks = Map.groupBy([...learnt, ...heldOut], ({ row }) => row.ask);

  const split = [...asks].filter(([, forms]) => new Set(forms.map(({ row }) => row.tier)).size > 1);

  expect(split.map(([ask]) => ask)).toEqual([]);
});

test('no held-out row has its text, or a run of it, in common with a row that is learnt from', () => {
  const runsOfLearnt = new Set(learnt.flatMap((row) => runsOf(onlyText(row))));

  const shared = heldOut.filter((row) => runsOf(onlyText(row)).some((run) => runsOfLearnt.has(run)));

  expect(shared.map(({ row }) => row.id)).toEqual([]);
});

/** What two texts share when one was made from the other: eight words, or sixteen characters of a script without spaces. */
function runsOf(text: string): readonly string[] {
  if (text === '') return [];
  const folded = text.toLowerCase();
  const characters = folded.match(UNSPACED) ?? [];
  const words = folded.replace(UNSPACED, ' ').match(/[\p{L}\p{N}]+/gu) ?? [];
  return [folded, ...runsOfLength(words, 8), ...runsOfLength(characters, 16)];
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

function runsOfLength(units: readonly string[], length: number): readonly string[] {
  return units.slice(length - 1).map((_, at) => units.slice(at, at + length).join(' '));
}

describe('on rows that were learnt from', () => {
  test('is right on at least 90 %, and off by two tiers on at most 3 %', () => {
    const { accuracy, auroc, underRouted, overRouted } = measureQuality(learnt);

    expect(accuracy).toBeGreaterThanOrEqual(0.9);
    expect(underRouted + overRouted).toBeLessThanOrEqual(0.03);
    expect(auroc).toBeGreaterThanOrEqual(0.98);
  });

  test.each([...Map.groupBy(learnt, ({ row }) => row.language)])('separates hard from easy in %s', (_, own) => {
    expect(measureQuality(own).auroc).toBeGreaterThanOrEqual(0.95);
  });

  test.each(['trap', 'trap_substring', 'quoted_marker', 'system_bias', 'multiturn', 'tools', 'text-agent', 'long'])(
    'is not fooled by %s',
    (group) => {
      const own = learnt.filter(({ row }) => row.group === group);

      expect(measureQuality(own).accuracy).toBeGreaterThanOrEqual(0.75);
    },
  );
});

describe('on rows that never were learnt from', () => {
  test('is right on at least 85 %, off by two tiers on at most 4 % below and 4 % above, and separates hard from easy', () => {
    const { accuracy, auroc, underRouted, overRouted } = measureQuality(heldOut);

    expect(accuracy).toBeGreaterThanOrEqual(0.85);
    expect(underRouted).toBeLessThanOrEqual(0.04);
    expect(overRouted).toBeLessThanOrEqual(0.04);
    expect(auroc).toBeGreaterThanOrEqual(0.96);
  });

  // One set by an author of wordings as different as can be, three by authors of paraphrases as colleagues write them.
  test.each([
    ['paraphrases.jsonl', 0.8],
    ['wordings.jsonl', 0.92],
    ['wordings-two.jsonl', 0.92],
    ['wordings-three.jsonl', 0.92],
  ])('gives the differently worded forms of an ask in %s the same tier', (file, bound) => {
    expect(measureQuality(heldOutIn(file)).invariance).toBeGreaterThanOrEqual(bound);
  });

  const inLanguages = heldOutIn('languages.jsonl');

  test('separates hard from easy over eighteen languages', () => {
    expect(new Set(inLanguages.map(({ row }) => row.language)).size).toBe(18);
    expect(measureQuality(inLanguages).auroc).toBeGreaterThanOrEqual(0.95);
  });

  test.each([...Map.groupBy(inLanguages, ({ row }) => row.language)])('separates hard from easy in %s', (_, own) => {
    expect(measureQuality(own).auroc).toBeGreaterThanOrEqual(0.9);
  });
});

test.each<[string, (text: string) => string]>([
  ['a greeting', (text) => `Hi, ${text}`],
  ['a greeting of its own line', (text) => `Hello!\n\n${text}`],
  ['thanks', (text) => `${text} Thanks!`],
  ['thanks in advance', (text) => `${text}\n\nThanks in advance`],
  ['a courtesy', (text) => `Could you help me with this: ${text}`],
  ['small letters', (text) => text.toLowerCase()],
  ['capitals', (text) => text.toUpperCase()],
  ['wide spaces', (text) => text.replaceAll(' ', '  ')],
])('%s moves hardly any tier', (_, change) => {
  const rows = heldOut.filter((row) => onlyText(row) !== '' && onlyText(row).length < 600);

  const moved = rows.filter((row) => {
    const { tier } = classify({ messages: [{ role: 'user', text: change(onlyText(row)) }] }, compiled);
    return TIERS.indexOf(tier) !== row.predicted;
  });

  expect(moved.length / rows.length).toBeLessThanOrEqual(0.05);
});
