import { describe, expect, test } from 'vitest';
import { buildCharTable, KIND_UNSPACED } from './char-table.ts';
import { classify } from './classify.ts';
import { compileClassifier, LANGUAGES_LIMIT, TERM_GROUPS } from './compile-classifier.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import { FAMILIES } from './dimensions.ts';
import { foldText } from './fold-text.ts';
import { defaultLexicons } from './lexicons/index.ts';
import { scanText } from './scan-text.ts';
import { buildTermIndex } from './term-index.ts';

const compiled = compileClassifier(defaultClassifierParameters);
const decide = (text: string) => classify({ messages: [{ role: 'user', text }] }, compiled);
const measure = (text: string, dimension: string): number =>
  decide(text).contributions.find((contribution) => contribution.dimension === dimension)?.value ?? 0;
const spansOf = (text: string, dimension: string): string[] =>
  (decide(text).contributions.find((contribution) => contribution.dimension === dimension)?.spans ?? []).map(
    ({ start, end }) => text.slice(start, end),
  );

/** Scans a text for terms of one made-up list. */
function scan(text: string, ...terms: string[]) {
  const table = buildCharTable();
  const entries = terms.map((term) => ({ term, group: 0, languages: 1, strength: 1 }));
  return scanText(foldText(text, [{ start: 0, end: text.length }], table), table, buildTermIndex(entries, [], table));
}

describe('the lexicons', () => {
  const table = buildCharTable();
  const lists = Object.entries(defaultLexicons).flatMap(([language, source]) =>
    Object.entries(source).map(([group, terms]) => ({ language, group, terms })),
  );

  test('leave room for a language of an operator', () => {
    expect(Object.keys(defaultLexicons).length).toBeLessThan(LANGUAGES_LIMIT);
  });

  test.each(Object.keys(defaultLexicons))('have every family in %s', (language) => {
    const source = defaultLexicons[language] ?? {};

    expect(Object.keys(source)).toEqual(expect.arrayContaining([...FAMILIES, 'continue']));
    expect(TERM_GROUPS).toEqual(expect.arrayContaining(Object.keys(source)));
  });

  test('tell languages of one script apart by small words', () => {
    const shared = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Arabic}]/u;
    const without = Object.keys(defaultLexicons).filter(
      (language) => defaultLexicons[language]?.function === undefined,
    );

    // English is always read; the script tells the others.
    expect(without.filter((language) => shared.test(defaultLexicons[language]?.continue.slice(0, 3) ?? ''))).toEqual(
      [],
    );
  });

  test('hold no term without a letter', () => {
    const empty = lists.flatMap(({ language, group, terms }) =>
      terms
        .split(',')
        .map((term) => term.trim().replace(/^!|\*$/g, ''))
        .filter((term) => foldText(term, [{ start: 0, end: term.length }], table).length === 1) // the break alone
        .map((term) => `${language} ${group} ${term}`),
    );

    expect(empty).toEqual([]);
  });
});

describe('a script without spaces', () => {
  test.each([
    ['Thai', 'ก'],
    ['Lao', 'ກ'],
    ['Khmer', 'ក'],
    ['Burmese', 'က'],
    ['Chinese', '中'],
  ])('is known: %s', (_, letter) => {
    expect(buildCharTable().kind[letter.charCodeAt(0)]).toBe(KIND_UNSPACED);
    expect(scan(`${letter}${letter}${letter}`, letter).hits).toHaveLength(3);
  });

  test.each([
    ['a Thai term inside a sentence', 'ช่วยพิสูจน์ให้ดู', 'พิสูจน์', 1],
    ['a Thai term before a vowel of its last letter', 'มาก', 'ม', 0],
    ['a Thai term before a tone of its last letter', 'ใหม่', 'ใหม', 0],
    ['a Thai term behind a vowel that is written first', 'แปล', 'ปล', 0],
    ['a Lao term before a vowel', 'ມາ', 'ມ', 0],
    ['a Khmer term', 'សូមបញ្ជាក់', 'បញ្ជាក់', 1],
  ])('matches whole syllables: %s', (_, text, term, count) => {
    expect(scan(text, term).hits).toHaveLength(count);
  });

  test('counts words by the length they have in the script', () => {
    expect(scan('ขอบคุณครับ').words).toBe(2);
    expect(scan('東京都').words).toBe(2);
    expect(scan('안녕하세요').words).toBe(2);
  });
});

describe('a Greek question', () => {
  test.each(['Τι ώρα είναι;', 'Τι ώρα είναι\u037e', 'Τι είναι το API;', 'Τι σημαίνει «φως»;'])(
    '%j ends in a question mark',
    (text) => {
      expect(measure(text, 'question')).toBeGreaterThan(0);
      expect(decide(text).tier).toBe('SIMPLE');
    },
  );

  test('is no code, and code with Greek in it is', () => {
    expect(measure('Πότε ανοίγει;', 'code')).toBe(0);
    expect(measure('Πώς αλλάζει αυτό;\n\nprint("Καλημέρα");', 'code')).toBeGreaterThan(0);
    expect(measure('x = 1;', 'question')).toBe(0);
  });
});

describe('Hebrew', () => {
  test.each([
    ['a conjunction', 'והוכח'],
    ['an infinitive', 'צריך להוכיח'],
    ['three particles', 'ושבאינדוקציה'],
    ['a hyphen of its own', 'מספר אי־זוגי'],
    ['vowel points', 'הוֹכַח'],
    ['a final letter before an ending', 'פולינומים'],
  ])('is read behind %s', (_, text) => {
    expect(measure(text, 'reason')).toBeGreaterThan(0);
  });

  test('abbreviations do not open a quotation', () => {
    expect(spansOf('בארה"ב, הוכח את הטענה של צה"ל', 'reason')).toEqual(['הוכח']);
    expect(measure('מה פירוש המילה "הוכח"?', 'reason')).toBe(0);
  });
});

describe('Arabic script', () => {
  test.each([
    ['Persian letters', 'مثال نقض'],
    ['a half-space', 'این سامانه مقیاس‌پذیر باشد'],
    ['a space for a half-space', 'این سامانه مقیاس پذیر باشد'],
  ])('is read in Persian with %s', (_, text) => {
    expect(measure(text, 'reason') + measure(text, 'design')).toBeGreaterThanOrEqual(0.5);
  });

  test('reads the letters of either keyboard', () => {
    expect(decide('اين سيستم را كامل طراحي كن').score).toBe(decide('این سیستم را کامل طراحی کن').score);
  });

  test('is not outvoted by the names of products', () => {
    const text = 'صمم منصة مع Kubernetes و Redis و Postgres و Kafka و OAuth و Terraform و Docker و GraphQL';

    expect(measure(text, 'design')).toBeGreaterThan(0.6);
  });
});

describe('punctuation', () => {
  test.each(['Näytä, että väite pätee.', 'Mutasd meg, hogy igaz.', 'Ukaž, že to platí.', 'Vis, at det gælder.'])(
    'a comma inside a term does not count: %j',
    (text) => {
      expect(measure(text, 'reason')).toBe(0.5);
    },
  );

  test('a mark that elsewhere only closes may open a quotation', () => {
    expect(measure('Mitä tarkoittaa ”todista”?', 'reason')).toBe(0);
    expect(measure('He said “no way”. Prove it, “she” said.', 'reason')).toBeGreaterThan(0);
  });
});

describe('neighbours', () => {
  // Folded, a riddle is a street, a lie is what is possible and a receipt is a proof.
  test.each([
    ['Hur lång är gatan?', 'reason'],
    ['Hvad hedder den gade?', 'reason'],
    ['Lze tam dojet vlakem?', 'reason'],
    ['Πού είναι η απόδειξη από το σούπερ μάρκετ;', 'design'],
    ['Hvor ligger bugten?', 'debug'],
    ['ช้างตัวนี้หนักเท่าไร', 'debug'],
    ['جامعه ما چند نفر است؟', 'design'],
  ])('%j has nothing of %s', (text, dimension) => {
    expect(measure(text, dimension)).toBe(0);
  });

  test.each(['fortsätt', 'ja tak', 'fortsett', 'jatka', 'pokračuj', 'continuă', 'folytasd', 'συνέχισε', 'המשך'])(
    '%j looks one turn back',
    (text) => {
      const messages = [
        { role: 'user' as const, text: 'Prove it.' },
        { role: 'user' as const, text },
      ];

      expect(classify({ messages }, compiled).askIndex).toBe(0);
    },
  );

  test.each(['ทำต่อเลย', 'ادامه بده', 'চালিয়ে যাও'])('%j looks one turn back', (text) => {
    const messages = [
      { role: 'user' as const, text: 'Prove it.' },
      { role: 'user' as const, text },
    ];

    expect(classify({ messages }, compiled).askIndex).toBe(0);
  });
});
