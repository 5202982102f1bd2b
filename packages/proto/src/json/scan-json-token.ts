// Strings and numbers of the JSON grammar, found in one linear pass by character codes. Nothing here allocates but the
// decoded value itself: a prompt of 30 MB is one slice.
import { maxNumberLength } from './json-limits.ts';

/** Where a string ends and whether decoding it needs work. */
export interface ScannedString {
  /** Offset after the closing quote; negative when the string is refused, see `at`. */
  readonly end: number;
  readonly hasEscapes: boolean;
  /** Offset of the character that is refused; meaningless otherwise. */
  readonly at: number;
}

const quote = 0x22;
const backslash = 0x5c;
const firstPrintable = 0x20;

/** After so many plain units in a row the engine's own search goes on: a megabyte must not take the event loop's time. */
const longRun = 64;
/** What can end a run of plain units inside a string; everything else is text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what RFC 8259 section 7 refuses here
const specialUnit = /["\\\u0000-\u001f\ud800-\udfff]/g;
const nonBlankUnit = /[^ \n\r\t]/g;
/** Escapes and pairs, well-formed, and what stands between them; so many at once that backtracking stays bounded. */
const judgedUnits = new RegExp(
  [
    '(?:[^"\\\\\\u0000-\\u001f\\ud800-\\udfff]',
    '\\\\["\\\\/bfnrt]',
    '\\\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}',
    '\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}',
    '[\\ud800-\\udbff][\\udc00-\\udfff]){1,4096}',
  ].join('|'),
  'y',
);

/** Reads a string whose opening quote is at `start`; control characters and lone surrogates are refused. */
export function scanString(text: string, start: number): ScannedString {
  let position = start + 1;
  let hasEscapes = false;
  let runStart = position;
  let oddUnits = 0;
  for (;;) {
    // Past the end charCodeAt is NaN, which fails every comparison below and ends in the refusal.
    const code = text.charCodeAt(position);
    if (code === quote) return { end: position + 1, hasEscapes, at: position };
    if (code >= firstPrintable && code !== backslash && !(code >= 0xd800 && code <= 0xdfff)) {
      position += 1;
      if (position - runStart < longRun) continue;
      position = nextMatch(specialUnit, text, position);
    } else {
      oddUnits += 1;
      const width = oddUnits > longRun ? judgedWidth(text, position) : 0;
      hasEscapes ||= code === backslash || width > 0;
      const next = position + (width > 0 ? width : oddUnitWidth(text, position, code));
      if (next === position) return { end: -1, hasEscapes, at: position };
      position = next;
    }
    runStart = position;
  }
}

/** Length of what the engine's own search finds well-formed from `start` on; 0 where the first unit is not. */
function judgedWidth(text: string, start: number): number {
  judgedUnits.lastIndex = start;
  const end = judgedUnits.test(text) ? judgedUnits.lastIndex : start;
  judgedUnits.lastIndex = 0;
  return end - start;
}

/** Source length of an escape or a pair, or 0 for what may not stand in a string. */
function oddUnitWidth(text: string, position: number, code: number): number {
  if (code === backslash) return escapeWidth(text, position);
  return isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(position + 1)) ? 2 : 0;
}

/** Offset of the first match from `start` on; the text's length where there is none. */
function nextMatch(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  const position = pattern.test(text) ? pattern.lastIndex - 1 : text.length;
  pattern.lastIndex = 0;
  return position;
}

/** Source length of the escape at `position` (a surrogate pair counts as one), or 0 when it is not one. */
function escapeWidth(text: string, position: number): number {
  const letter = text.charCodeAt(position + 1);
  if (letter !== lowerU) return isSimpleEscape(letter) ? 2 : 0;
  const unit = hexUnit(text, position + 2);
  if (unit < 0 || isLowSurrogate(unit)) return 0;
  if (!isHighSurrogate(unit)) return 6;
  if (text.charCodeAt(position + 6) !== backslash || text.charCodeAt(position + 7) !== lowerU) return 0;
  return isLowSurrogate(hexUnit(text, position + 8)) ? 12 : 0;
}

const lowerU = 0x75;

/** The letters of RFC 8259 section 7 after a backslash: `"`, `\\`, `/`, b, f, n, r, t. */
function isSimpleEscape(letter: number): boolean {
  switch (letter) {
    case quote:
    case backslash:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}

/** The value of four hexadecimal digits, or -1. */
function hexUnit(text: string, start: number): number {
  let unit = 0;
  for (let position = start; position < start + 4; position += 1) {
    const digit = hexDigit(text.charCodeAt(position));
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/**
 * Reads a number that begins at `start`: the offset after it, or the bitwise complement (negative) of the offset of the
 * character that does not fit RFC 8259 section 6.
 */
export function scanNumber(text: string, start: number): number {
  let position = text.charCodeAt(start) === 0x2d ? start + 1 : start;
  if (text.charCodeAt(position) === 0x30) position += 1;
  else {
    const integerEnd = skipDigits(text, position);
    if (integerEnd === position) return ~position;
    position = integerEnd;
  }
  if (text.charCodeAt(position) === 0x2e) {
    const fractionEnd = skipDigits(text, position + 1);
    if (fractionEnd === position + 1) return ~fractionEnd;
    position = fractionEnd;
  }
  const exponent = text.charCodeAt(position) | 0x20;
  if (exponent === 0x65) {
    const sign = text.charCodeAt(position + 1);
    const digitsStart = sign === 0x2b || sign === 0x2d ? position + 2 : position + 1;
    position = skipDigits(text, digitsStart);
    if (position === digitsStart) return ~position;
  }
  return position;
}

/** Goes on no further than a number may be long; the reader refuses what is longer. */
function skipDigits(text: string, start: number): number {
  const bound = start + maxNumberLength + 1;
  let position = start;
  for (let code = text.charCodeAt(position); code >= 0x30 && code <= 0x39; code = text.charCodeAt(position)) {
    position += 1;
    if (position > bound) break;
  }
  return position;
}

/** Skips what the dialect allows between tokens; -1 when a block comment does not end. */
export function skipBlank(text: string, start: number, allowsComments: boolean): number {
  let position = start;
  let runStart = start;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      position += 1;
      if (position - runStart < longRun) continue;
      position = nextMatch(nonBlankUnit, text, position);
      continue;
    }
    if (code !== 0x2f || !allowsComments) return position;
    const commentEnd = skipComment(text, position);
    if (commentEnd === position || commentEnd === -1) return commentEnd;
    position = commentEnd;
    runStart = position;
  }
}

function skipComment(text: string, start: number): number {
  const opener = text.charAt(start + 1);
  if (opener === '*') {
    const close = text.indexOf('*/', start + 2);
    return close === -1 ? -1 : close + 2;
  }
  if (opener !== '/') return start;
  let position = start + 2;
  while (position < text.length && text.charCodeAt(position) !== 0x0a && text.charCodeAt(position) !== 0x0d) {
    position += 1;
  }
  return position;
}
