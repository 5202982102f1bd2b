// Strings and numbers of the JSON grammar, found in one linear pass by character codes. Nothing here allocates but the
// decoded value itself: a prompt of 30 MB is one slice.

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

/** Reads a string whose opening quote is at `start`; control characters and lone surrogates are refused. */
export function scanString(text: string, start: number): ScannedString {
  let position = start + 1;
  let hasEscapes = false;
  for (;;) {
    // Past the end charCodeAt is NaN, which fails every comparison below and ends in the refusal.
    const code = text.charCodeAt(position);
    if (code === quote) return { end: position + 1, hasEscapes, at: position };
    let width = 1;
    if (code === backslash) {
      hasEscapes = true;
      width = escapeWidth(text, position);
    } else if (!(code >= firstPrintable)) {
      width = 0;
    } else if (code >= 0xd800 && code <= 0xdfff) {
      width = isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(position + 1)) ? 2 : 0;
    }
    if (width === 0) return { end: -1, hasEscapes, at: position };
    position += width;
  }
}

/** Source length of the escape at `position` (a surrogate pair counts as one), or 0 when it is not one. */
function escapeWidth(text: string, position: number): number {
  const letter = text.charAt(position + 1);
  if (letter !== 'u') return letter !== '' && '"\\/bfnrt'.includes(letter) ? 2 : 0;
  const unit = hexUnit(text, position + 2);
  if (unit === undefined || isLowSurrogate(unit)) return 0;
  if (!isHighSurrogate(unit)) return 6;
  if (text.charCodeAt(position + 6) !== backslash || text.charAt(position + 7) !== 'u') return 0;
  const second = hexUnit(text, position + 8);
  return second !== undefined && isLowSurrogate(second) ? 12 : 0;
}

function hexUnit(text: string, start: number): number | undefined {
  const digits = text.slice(start, start + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
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

function skipDigits(text: string, start: number): number {
  let position = start;
  for (let code = text.charCodeAt(position); code >= 0x30 && code <= 0x39; code = text.charCodeAt(position)) {
    position += 1;
  }
  return position;
}

/** Skips what the dialect allows between tokens; -1 when a block comment does not end. */
export function skipBlank(text: string, start: number, allowsComments: boolean): number {
  let position = start;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      position += 1;
      continue;
    }
    if (code !== 0x2f || !allowsComments) return position;
    const commentEnd = skipComment(text, position);
    if (commentEnd === position || commentEnd === -1) return commentEnd;
    position = commentEnd;
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
