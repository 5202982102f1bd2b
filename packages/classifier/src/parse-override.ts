// The inline override parser: `/alias `, `[alias] ` and `alias mode: ` at offset 0 of the last user message.
// ASCII only on purpose: a look-alike from another script is ordinary text, never a prefix.
import type { Tier } from './tiers.ts';

/** Every alias with the tier that it forces. */
export const OVERRIDE_ALIASES: ReadonlyMap<string, Tier> = new Map<string, Tier>([
  ['simple', 'SIMPLE'],
  ['basic', 'SIMPLE'],
  ['cheap', 'SIMPLE'],
  ['medium', 'MEDIUM'],
  ['balanced', 'MEDIUM'],
  ['complex', 'COMPLEX'],
  ['advanced', 'COMPLEX'],
  ['max', 'REASONING'],
  ['reasoning', 'REASONING'],
  ['think', 'REASONING'],
  ['deep', 'REASONING'],
]);

/** What stands at the start of a message. `cleanStart` is the index in the text where the clean text starts. */
export type OverrideResult =
  | { readonly outcome: 'none' }
  | { readonly outcome: 'override'; readonly alias: string; readonly tier: Tier; readonly cleanStart: number }
  | { readonly outcome: 'empty'; readonly alias: string; readonly tier: Tier };

const NONE: OverrideResult = { outcome: 'none' };
const MODE_SUFFIX = ' mode:';
const LONGEST_ALIAS = 9; // `reasoning`

/** Reads the override prefix of one message text; `empty` means that nothing but whitespace follows the prefix. */
export function parseOverride(text: string): OverrideResult {
  const opening = text[0];
  const aliasStart = opening === '/' || opening === '[' ? 1 : 0;
  const aliasEnd = endOfAsciiLetters(text, aliasStart);
  const alias = asciiLowerCase(text.slice(aliasStart, aliasEnd));
  const tier = OVERRIDE_ALIASES.get(alias);
  if (tier === undefined) return NONE;

  const prefixEnd = endOfPrefix(text, opening, aliasEnd);
  if (prefixEnd === undefined) return NONE;
  if (prefixEnd < text.length && !isWhitespace(text.charCodeAt(prefixEnd))) return NONE;

  let cleanStart = prefixEnd;
  while (cleanStart < text.length && isWhitespace(text.charCodeAt(cleanStart))) cleanStart += 1;
  if (cleanStart === text.length) return { outcome: 'empty', alias, tier };
  return { outcome: 'override', alias, tier, cleanStart };
}

function endOfPrefix(text: string, opening: string | undefined, aliasEnd: number): number | undefined {
  if (opening === '/') return aliasEnd;
  if (opening === '[') return text[aliasEnd] === ']' ? aliasEnd + 1 : undefined;
  const suffix = asciiLowerCase(text.slice(aliasEnd, aliasEnd + MODE_SUFFIX.length));
  return suffix === MODE_SUFFIX ? aliasEnd + MODE_SUFFIX.length : undefined;
}

function endOfAsciiLetters(text: string, start: number): number {
  let index = start;
  const limit = Math.min(text.length, start + LONGEST_ALIAS + 1);
  while (index < limit && isAsciiLetter(text.charCodeAt(index))) index += 1;
  return index;
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a && code < 0x80;
}

/** `toLowerCase` would fold U+212A (Kelvin sign) to `k` and so let a look-alike through. */
function asciiLowerCase(text: string): string {
  let lower = '';
  for (const character of text) lower += character >= 'A' && character <= 'Z' ? character.toLowerCase() : character;
  return lower;
}

/** ECMAScript white space and line terminators, the set that `String.prototype.trim` removes. */
function isWhitespace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0xa0) return false;
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}
