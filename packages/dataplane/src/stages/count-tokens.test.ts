import { expect, test } from 'vitest';
import { MAX_COUNTED_LENGTH } from '../request/counted-text.ts';
import { countTokens } from './count-tokens.ts';
import { sampleRequest } from './stage-fixtures.ts';

const outputOf = async (text: string) => (await countTokens(sampleRequest(), text)).outputTokens;

test('counts words about as the tokenizer of the models does', async () => {
  expect(await outputOf('The quick brown fox jumps over the lazy dog.')).toBe(10);
  expect(await outputOf('')).toBe(0);
});

test('counts the text of all messages and their framing, and no image', async () => {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(9_000)}` } };
  const content = [{ type: 'text', text: 'hello world' }, image];

  const { inputTokens } = await countTokens(sampleRequest({ messages: [{ role: 'user', content }] }), '');

  expect(inputTokens).toBe(2 + 4);
});

test.each([
  ['one letter', 'a'],
  ['a script without blanks', '東京都'],
  ['blanks', ' '],
  ['punctuation', '!'],
  ['characters outside the first plane', '👋🏽'],
])('an unbroken run of %s takes no time that others would notice', async (_name, unit) => {
  await outputOf('warm');
  const text = unit.repeat(Math.ceil(MAX_COUNTED_LENGTH / unit.length));
  const startedMs = performance.now();

  const tokens = await outputOf(text);

  // Seconds without the bound on a run; a wide margin for a busy machine.
  expect(performance.now() - startedMs).toBeLessThan(1_500);
  expect(tokens).toBeGreaterThan(MAX_COUNTED_LENGTH / 200);
});

test('extrapolates what is longer than it looks at', async () => {
  const words = 'hello world '.repeat(Math.ceil(MAX_COUNTED_LENGTH / 12));
  const whole = await outputOf(words.slice(0, MAX_COUNTED_LENGTH));

  expect(await outputOf(words.slice(0, MAX_COUNTED_LENGTH).repeat(4))).toBe(whole * 4);
});
