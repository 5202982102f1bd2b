// Holds the defaults to bounds on the project's own hand-written corpus: on the rows that the strengths were learnt from,
// and on those that never were. The bounds lie below what is reached today, so that a change which costs quality fails and
// a harmless one does not.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { classify } from './classify.ts';
import { compileClassifier } from './compile-classifier.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import { requestFromOpenAi } from './request-from-openai.ts';
import { TIERS } from './tiers.ts';

interface CorpusRow {
  readonly id: string;
  readonly text: string;
  readonly lang: string;
  readonly group: string;
  readonly level: number;
  readonly predicted: number;
  readonly score: number;
}

const corpus = new URL('../corpus/', import.meta.url);
const compiled = compileClassifier(defaultClassifierParameters);

function readRows(folder: URL, wanted: (name: string) => boolean = () => true): readonly CorpusRow[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl') && wanted(name))
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trim().split('\n'))
    .map((line) => {
      const { messages, ...row } = JSON.parse(line);
      const { tier, score } = classify(requestFromOpenAi({ ...row, messages }), compiled);
      const [first] = messages;
      const text = messages.length === 1 && typeof first.content === 'string' ? first.content : '';
      return { ...row, text, level: TIERS.indexOf(row.tier), predicted: TIERS.indexOf(tier), score };
    });
}

const share = (of: readonly CorpusRow[], holds: (row: CorpusRow) => boolean): number =>
  of.filter(holds).length / of.length;
const isRight = (row: CorpusRow): boolean => row.level === row.predicted;
const isTooLow = (row: CorpusRow): boolean => row.level - row.predicted >= 2;
const isTooHigh = (row: CorpusRow): boolean => row.predicted - row.level >= 2;

/** Chance that a hard row scores above an easy one. */
function separation(of: readonly CorpusRow[]): number {
  const easy = of.filter(({ level }) => level < 2);
  const hard = of.filter(({ level }) => level >= 2);
  const wins = hard.flatMap((above) =>
    easy.map((below) => (above.score > below.score ? 1 : above.score === below.score ? 0.5 : 0)),
  );
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
}

const learnt = readRows(corpus);
const heldOut = readRows(new URL('held-out/', corpus));

test('every row has an id of its own and a tier, and no held-out row is also learnt from', () => {
  const rows = [...learnt, ...heldOut];
  const texts = new Set(learnt.map(({ text }) => text).filter((text) => text !== ''));

  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(rows.every(({ level }) => level >= 0)).toBe(true);
  expect(rows.length).toBeGreaterThanOrEqual(600);
  expect(heldOut.filter(({ text }) => texts.has(text)).map(({ id }) => id)).toEqual([]);
});

describe('on rows that were learnt from', () => {
  test('is right on at least 90 %, and off by two tiers on at most 3 %', () => {
    expect(share(learnt, isRight)).toBeGreaterThanOrEqual(0.9);
    expect(share(learnt, (row) => isTooLow(row) || isTooHigh(row))).toBeLessThanOrEqual(0.03);
    expect(separation(learnt)).toBeGreaterThanOrEqual(0.98);
  });

  // Languages with a few rows alone cannot carry a bound.
  const languages = [...new Set(learnt.map(({ lang }) => lang))].filter(
    (language) => learnt.filter(({ lang }) => lang === language).length >= 20,
  );

  test.each(languages)('separates hard from easy in %s', (language) => {
    expect(separation(learnt.filter(({ lang }) => lang === language))).toBeGreaterThanOrEqual(0.95);
  });

  test.each(['trap', 'trap_substring', 'quoted_marker', 'system_bias', 'multiturn', 'tools', 'text-agent', 'long'])(
    'is not fooled by %s',
    (group) => {
      const own = learnt.filter((row) => row.group === group);

      expect(share(own, isRight)).toBeGreaterThanOrEqual(0.75);
    },
  );
});

describe('on rows that never were learnt from', () => {
  test('is right on at least 80 %, off by two tiers on at most 8 % below and 5 % above, and separates hard from easy', () => {
    expect(share(heldOut, isRight)).toBeGreaterThanOrEqual(0.8);
    expect(share(heldOut, isTooLow)).toBeLessThanOrEqual(0.08);
    expect(share(heldOut, isTooHigh)).toBeLessThanOrEqual(0.05);
    expect(separation(heldOut)).toBeGreaterThanOrEqual(0.95);
  });

  const inLanguages = readRows(new URL('held-out/', corpus), (name) => name === 'languages.jsonl');

  test('separates hard from easy over eighteen languages', () => {
    expect(new Set(inLanguages.map(({ lang }) => lang)).size).toBe(18);
    expect(separation(inLanguages)).toBeGreaterThanOrEqual(0.95);
  });

  test.each([...new Set(inLanguages.map(({ lang }) => lang))])('separates hard from easy in %s', (language) => {
    expect(separation(inLanguages.filter(({ lang }) => lang === language))).toBeGreaterThanOrEqual(0.9);
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
  const rows = [...learnt, ...heldOut].filter(({ text }) => text !== '' && text.length < 600);

  const moved = rows.filter(({ text, predicted }) => {
    const { tier } = classify({ messages: [{ role: 'user', text: change(text) }] }, compiled);
    return TIERS.indexOf(tier) !== predicted;
  });

  expect(moved.length / rows.length).toBeLessThanOrEqual(0.05);
});
