import { expect, test } from 'vitest';
import { copyText } from './copy-rows.ts';

test.each([
  [null, '\\N'],
  ['plain', 'plain'],
  ['', ''],
  ['\\N', '\\\\N'],
  ['a\tb\nc\rd\\e', 'a\\tb\\nc\\rd\\\\e'],
  [12.5, '12.5'],
  [true, 't'],
  [false, 'f'],
  [Buffer.from([0, 255]), '\\\\x00ff'],
  [[], '{}'],
  [
    ['a', 'say "x"', 'back\\slash', 'NULL', '', 'tab\t'],
    '{"a","say \\\\"x\\\\"","back\\\\\\\\slash","NULL","","tab\\t"}',
  ],
])('writes %j as COPY reads it', (value, text) => {
  expect(copyText(value)).toBe(text);
});
