import { describe, expect, test } from 'vitest';
import { OVERRIDE_ALIASES, parseOverride } from './parse-override.ts';

const aliases = [...OVERRIDE_ALIASES];
const forms = [
  { name: 'slash', make: (alias: string) => `/${alias}` },
  { name: 'bracket', make: (alias: string) => `[${alias}]` },
  { name: 'mode', make: (alias: string) => `${alias} mode:` },
];
const cases = aliases.flatMap(([alias, tier]) =>
  forms.map((form) => ({ alias, tier, form: form.name, make: form.make })),
);

test('knows the eleven documented aliases', () => {
  expect(Object.fromEntries(OVERRIDE_ALIASES)).toEqual({
    simple: 'SIMPLE',
    basic: 'SIMPLE',
    cheap: 'SIMPLE',
    medium: 'MEDIUM',
    balanced: 'MEDIUM',
    complex: 'COMPLEX',
    advanced: 'COMPLEX',
    max: 'REASONING',
    reasoning: 'REASONING',
    think: 'REASONING',
    deep: 'REASONING',
  });
});

describe.each(cases)('$form form of $alias', ({ alias, tier, make }) => {
  test.each([' ', '\n', '\t', '\r\n', '  \n ', '\u00a0', '\u3000'])('forces the tier before whitespace %j', (space) => {
    const prefix = make(alias) + space;

    expect(parseOverride(`${prefix}What's 2+2?`)).toEqual({
      outcome: 'override',
      alias,
      tier,
      cleanStart: prefix.length,
    });
  });

  test('ignores ASCII case', () => {
    const prefix = `${make(alias).toUpperCase()} `;

    expect(parseOverride(`${prefix}Hello`)).toEqual({ outcome: 'override', alias, tier, cleanStart: prefix.length });
  });

  test.each(['', ' ', '\n\n'])('is empty when only %j follows', (rest) => {
    expect(parseOverride(make(alias) + rest)).toEqual({ outcome: 'empty', alias, tier });
  });

  test.each([
    ['text glued to it', (prefix: string) => `${prefix}hello`],
    ['a leading space', (prefix: string) => ` ${prefix} hello`],
    ['a leading newline', (prefix: string) => `\n${prefix} hello`],
    ['a leading byte order mark', (prefix: string) => `\ufeff${prefix} hello`],
    ['a leading zero-width space', (prefix: string) => `\u200b${prefix} hello`],
    ['a place later in the text', (prefix: string) => `please ${prefix} hello`],
    ['a zero-width space after it', (prefix: string) => `${prefix}\u200bhello`],
  ])('is ordinary text with %s', (_, arrange) => {
    expect(parseOverride(arrange(make(alias)))).toEqual({ outcome: 'none' });
  });
});

test.each([
  '',
  ' ',
  '/',
  '[',
  '[]',
  '/ max hello',
  '//max hello',
  '/usr/bin is full',
  '/home/user is full',
  '/max/usr hello',
  '/max: hello',
  '/max, hello',
  '/max. hello',
  '/max] hello',
  '/max-mode: hello',
  '/maximum hello',
  '/deeper look',
  '/reasonings hello',
  '/simple-minded people',
  '/think_hard about it',
  '/max2 hello',
  '[max hello',
  '[max ] hello',
  '[ max] hello',
  '[max][deep] hello',
  '[max]hello',
  '[max]: hello',
  '(max) hello',
  'max hello',
  'max: hello',
  'Max mode on my washing machine is broken',
  'Basic mode on my oven blinks',
  'deep mode:x',
  'deep mode :x hello',
  'deep mode : hello',
  'deep  mode: hello',
  'deep\tmode: hello',
  'deepmode: hello',
  'deep mode\uff1a hello',
  'deep modes: hello',
  'Deep mode is on: what now?',
  'the max mode: hello',
  '\uff0fmax hello',
  '/m\u0430x hello',
  '/\uff4d\uff41\uff58 hello',
  '/thin\u212a hello',
  '/thin\u212a',
  '/bas\u0131c hello',
  '/BAS\u0130C hello',
  '/\u017fimple hello',
  '\uff3bmax\uff3d hello',
  '/cheap\u0301 hello',
])('%j is not an override', (text) => {
  expect(parseOverride(text)).toEqual({ outcome: 'none' });
});

test('reads only the first prefix and leaves the rest to the model', () => {
  const text = '/simple /max derive it';

  const result = parseOverride(text);

  expect(result).toMatchObject({ outcome: 'override', tier: 'SIMPLE' });
  expect(text.slice(result.outcome === 'override' ? result.cleanStart : 0)).toBe('/max derive it');
});

test('a slash alias followed by the words of the mode form keeps them as text', () => {
  expect(parseOverride('/max mode: hello')).toMatchObject({ outcome: 'override', cleanStart: 5 });
});

test('takes constant time on a long message', () => {
  expect(parseOverride('a'.repeat(1_000_000))).toEqual({ outcome: 'none' });
});
