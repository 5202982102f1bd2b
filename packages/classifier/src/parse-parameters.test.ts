import { expect, test } from 'vitest';
import { defaultClassifierParameters } from './default-parameters.ts';
import { DIMENSION_SIGNS, DIMENSIONS } from './dimensions.ts';
import { parseClassifierParameters } from './parse-parameters.ts';

const parse = (input: unknown) => parseClassifierParameters(input, 'classifier');

test('absent parameters are the defaults', () => {
  expect(parse(undefined)).toEqual({ ok: true, parameters: defaultClassifierParameters });
  expect(parse({})).toEqual({ ok: true, parameters: defaultClassifierParameters });
});

test('the defaults obey their own rules', () => {
  const { boundaries, weights } = defaultClassifierParameters;

  expect(parse(structuredClone(defaultClassifierParameters))).toEqual({
    ok: true,
    parameters: defaultClassifierParameters,
  });
  expect(boundaries.medium).toBeLessThan(boundaries.complex);
  expect(boundaries.complex).toBeLessThan(boundaries.reasoning);
  for (const dimension of DIMENSIONS) expect(weights[dimension] * DIMENSION_SIGNS[dimension]).toBeGreaterThanOrEqual(0);
});

test('stated fields go over the defaults', () => {
  const parsed = parse({
    boundaries: { medium: 1, complex: 2, reasoning: 3 },
    groupBoundaries: { lab: { medium: 4, complex: 5, reasoning: 6 } },
    uncertainMargin: 10,
    costAsymmetry: 2,
    weights: { reason: 7 },
    lexicons: { en: { reason: ['wombat*'] }, fi: { greeting: ['terve'] } },
  });

  expect(parsed).toEqual({
    ok: true,
    parameters: {
      boundaries: { medium: 1, complex: 2, reasoning: 3 },
      groupBoundaries: { lab: { medium: 4, complex: 5, reasoning: 6 } },
      uncertainMargin: 10,
      costAsymmetry: 2,
      weights: { ...defaultClassifierParameters.weights, reason: 7 },
      lexicons: { en: { reason: ['wombat*'] }, fi: { greeting: ['terve'] } },
    },
  });
});

test.each([
  ['no object', 5, 'classifier', 'must be an object'],
  ['an array', [], 'classifier', 'must be an object'],
  ['null', null, 'classifier', 'must be an object'],
  ['an unknown field', { boundarys: {} }, 'classifier.boundarys', 'did you mean boundaries?'],
  ['an unknown weight', { weights: { raeson: 1 } }, 'classifier.weights.raeson', 'did you mean reason?'],
  ['an unknown boundary', { boundaries: { hard: 1 } }, 'classifier.boundaries.hard', 'unknown field'],
  [
    'an unknown family',
    { lexicons: { en: { reasons: [] } } },
    'classifier.lexicons.en.reasons',
    'did you mean reason?',
  ],
  ['text for a number', { weights: { reason: '1' } }, 'classifier.weights.reason', 'must be a number'],
  ['no number', { uncertainMargin: Number.NaN }, 'classifier.uncertainMargin', 'must be a number'],
  [
    'an infinite number',
    { boundaries: { complex: Number.POSITIVE_INFINITY } },
    'classifier.boundaries.complex',
    'must be a number',
  ],
  ['a huge number', { weights: { reason: 1e9 } }, 'classifier.weights.reason', 'must be a number between'],
  ['a negative reason', { weights: { reason: -1 } }, 'classifier.weights.reason', 'must not be negative'],
  ['a positive greeting', { weights: { greeting: 1 } }, 'classifier.weights.greeting', 'must not be positive'],
  [
    'complex below medium',
    { boundaries: { medium: 2, complex: 1, reasoning: 3 } },
    'classifier.boundaries.complex',
    'above medium',
  ],
  [
    'equal boundaries',
    { boundaries: { medium: 1, complex: 2, reasoning: 2 } },
    'classifier.boundaries.reasoning',
    'above complex',
  ],
  [
    'a group without a boundary',
    { groupBoundaries: { lab: { medium: -9e5, complex: 2 } } },
    'classifier.groupBoundaries.lab.reasoning',
    'is missing',
  ],
  [
    'a group out of order',
    { groupBoundaries: { lab: { medium: 3, complex: 2, reasoning: 9 } } },
    'classifier.groupBoundaries.lab.complex',
    'above medium',
  ],
  ['a negative margin', { uncertainMargin: -1 }, 'classifier.uncertainMargin', 'must not be negative'],
  ['an asymmetry of zero', { costAsymmetry: 0 }, 'classifier.costAsymmetry', 'must be between'],
  ['an asymmetry too large', { costAsymmetry: 101 }, 'classifier.costAsymmetry', 'must be between'],
  [
    'a language in words',
    { lexicons: { English: {} } },
    'classifier.lexicons.English',
    'two or three lower-case letters',
  ],
  ['terms in one string', { lexicons: { en: { fact: 'what is' } } }, 'classifier.lexicons.en.fact', 'must be a list'],
  [
    'a term without letters',
    { lexicons: { en: { fact: ['ok', '*'] } } },
    'classifier.lexicons.en.fact[1]',
    'must be text',
  ],
  ['a term too long', { lexicons: { en: { fact: ['x'.repeat(65)] } } }, 'classifier.lexicons.en.fact[0]', 'at most 64'],
  [
    'too many terms',
    { lexicons: { en: { fact: Array(2_001).fill('x') } } },
    'classifier.lexicons.en.fact',
    'at most 2000',
  ],
  [
    'too many languages',
    { lexicons: Object.fromEntries([...'abcdefgijklmno'].map((letter) => [`z${letter}`, {}])) },
    'classifier.lexicons',
    'more than 31',
  ],
])('refuses %s with its path', (_, input, path, message) => {
  const parsed = parse(input);

  expect(parsed.ok).toBe(false);
  expect(parsed.ok ? [] : parsed.problems).toEqual([{ path, message: expect.stringContaining(message) }]);
});

test('reports every problem at once', () => {
  const parsed = parse({ weight: {}, uncertainMargin: 'x', weights: { fact: 1, design: -1 } });

  expect(parsed.ok ? [] : parsed.problems.map(({ path }) => path)).toEqual([
    'classifier.weight',
    'classifier.uncertainMargin',
    'classifier.weights.design',
    'classifier.weights.fact',
  ]);
});
