import { expect, test } from 'vitest';
import { classify } from './classify.ts';
import { compileClassifier } from './compile-classifier.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import { parseClassifierParameters } from './parse-parameters.ts';

const compiled = compileClassifier(defaultClassifierParameters);

test.each([
  ['two spaces', 'frobnicate  it', 'Frobnicate it'],
  ['a tab', 'frobnicate\tit', 'frobnicate it'],
  ['letters outside the basic plane', '𝐟𝐫𝐨𝐛𝐧𝐢𝐜𝐚𝐭𝐞', 'frobnicate it'],
  ['decomposed Hangul', '뀨뀨한글*'.normalize('NFD'), '뀨뀨한글을'],
  ['a strong mark and a space', '! frobnicate', 'frobnicate it'],
  ['capitals and accents', 'FROBNÍCATE', 'frobnicate it'],
])('a term of a configuration is folded as the text is: %s', (_, term, text) => {
  const own = compileClassifier({ ...defaultClassifierParameters, lexicons: { en: { reason: [term] } } }, compiled);

  const { contributions } = classify({ messages: [{ role: 'user', text }] }, own);

  expect(contributions.map(({ dimension }) => dimension)).toContain('reason');
});

test('a thirty-first language works, a thirty-second is refused', () => {
  const parsed = parseClassifierParameters({ lexicons: { sk: { reason: ['dokáž*'] } } }, 'classifier');
  const own = compileClassifier(parsed.ok ? parsed.parameters : defaultClassifierParameters, compiled);

  const { contributions } = classify({ messages: [{ role: 'user', text: 'Dokážte to' }] }, own);

  expect(contributions.map(({ dimension }) => dimension)).toContain('reason');
  expect(parseClassifierParameters({ lexicons: { sk: {}, sl: {} } }, 'classifier').ok).toBe(false);
});

test('lexicons too large to compile in passing are refused', () => {
  const terms = Array.from({ length: 2_000 }, (_, index) => `term${index}`);
  const many = Object.fromEntries(['reason', 'design', 'write', 'fact', 'agent', 'debug'].map((name) => [name, terms]));

  expect(parseClassifierParameters({ lexicons: { en: many } }, 'classifier').ok).toBe(true);
  expect(parseClassifierParameters({ lexicons: { en: many, de: many } }, 'classifier')).toEqual({
    ok: false,
    problems: [{ path: 'classifier.lexicons', message: 'has more than 20000 terms' }],
  });
});
