import { expect, test } from 'vitest';
import { classify } from './classify.ts';
import { compileClassifier } from './compile-classifier.ts';
import { cutCourtesies } from './cut-courtesies.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import { foldText } from './fold-text.ts';
import { scanText } from './scan-text.ts';

const compiled = compileClassifier(defaultClassifierParameters);
const fold = (text: string) => foldText(text, [{ start: 0, end: text.length }], compiled.table);
const scan = (text: string) => scanText(fold(text), compiled.table, compiled.terms);
const spansOf = (text: string, dimension: string): readonly string[] =>
  classify({ messages: [{ role: 'user', text }] }, compiled)
    .contributions.filter((contribution) => contribution.dimension === dimension)
    .flatMap(({ spans }) => spans.map(({ start, end }) => text.slice(start, end)));

test.each([
  ['letters outside the basic plane', '𝐩𝐫𝐨𝐯𝐞 it', '𝐩𝐫𝐨𝐯𝐞'],
  ['decomposed Hangul', '증명해줘'.normalize('NFD'), '증명'.normalize('NFD')],
  ['marks behind the last letter', 'Voici la démonstratión\u0301.', 'démonstratión\u0301'],
  ['a ligature at the end', 'the proof of it', 'proof'],
  ['a term behind a greeting', 'Hello! Prove it.', 'Prove'],
  ['a term at the very end', 'Hi, give a proof', 'proof'],
])('the span of %s holds all of it', (_, text, expected) => {
  expect(spansOf(text, 'reason')).toContain(expected);
});

test.each([
  ['什么是防火墙？它怎么工作？', 2],
  ['太好了！谢谢。', 2],
  ['Version 3.5 is out. Is it good?', 2],
  ['ข้อหนึ่ง? ข้อสอง?', 2],
])('%j has %d sentences', (text, sentences) => {
  expect(scan(text).sentences).toBe(sentences);
});

test.each([
  'What time is it? 🙏',
  '(What time is it?)',
  '"What time is it?"',
  '现在几点？😊',
  'Τι ώρα είναι; 🙂',
  'What time is it? -',
])('signs behind a question mark hide no question: %j', (text) => {
  expect(scan(text)).toMatchObject({ endsInQuestion: true, sentences: 1 });
});

test.each([
  ['tags', 'p\u{e0070}r\u{e0001}ove it'],
  ['variation selectors', 'pr\u{e0100}ove it'],
])('invisible %s outside the basic plane hide no term', (_, text) => {
  expect(spansOf(text, 'reason')).toHaveLength(1);
});

test.each([
  ['with a dash', 'Hi — when is lunch?', 'when is lunch?'],
  ['with a hyphen between spaces', 'Hello - when is lunch? - thanks', 'when is lunch?'],
  ['with commas', 'Hi there, when is lunch, thanks!', 'when is lunch,'],
  ['of nothing but courtesies', 'Hello - thanks!', 'hello - thanks!'],
  ['with a word of many parts', 'When is the follow-up?', 'when is the follow-up?'],
])('an ask %s loses its courtesies alone', (_, text, expected) => {
  const whole = fold(text);

  const { units, length } = cutCourtesies(whole, scan(text).hits, compiled.table);

  expect(
    String.fromCharCode(...units.subarray(0, length))
      .replace('\u0001', '')
      .replace(/ -$/, '')
      .trim(),
  ).toBe(expected);
});

test.each([
  ['Convierte y explica y resume o traduce la nota.', 0],
  ['Umów spotkanie z działem i w piątek o ósmej.', 0],
  ['Připrav návrh s rozpočtem a k tomu plán v tabulce.', 0],
  ['Traduci e riassumi o spiega la nota.', 0],
  ['Show that x + y = z.', 3 / 6],
  ['Demuestra que x es par y que n no lo es.', 2 / 5],
])('single letters that are words of the language are no variables: %j', (text, value) => {
  const { contributions } = classify({ messages: [{ role: 'user', text }] }, compiled);

  expect(contributions.find(({ dimension }) => dimension === 'variables')?.value ?? 0).toBe(value);
});
