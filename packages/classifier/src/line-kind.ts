// What a single line is: prose, a list item, code without a fence, or a quoted line of a mail.

/** The kinds of lines. */
export type LineKind = 'text' | 'list' | 'code' | 'quote';

/** A line that opens or closes a code fence. */
export function isFence(text: string, at: number, end: number): boolean {
  return end - at >= 3 && (text.startsWith('```', at) || text.startsWith('~~~', at));
}

/** The kind of a line whose first visible character is at `first`. */
export function lineKind(text: string, first: number, end: number): LineKind {
  const code = text.charCodeAt(first);
  if (code === 0x3e) return 'quote';
  if (first + 1 < end && (code === 0x2d || code === 0x2a || code === 0x2022 || code === 0x2b)) {
    return text.charCodeAt(first + 1) === 0x20 || code === 0x2022 ? 'list' : 'text';
  }
  let at = first;
  while (at < end && at < first + 3 && isDigit(text.charCodeAt(at))) at += 1;
  if (isCodeLine(text, first, end)) return 'code';
  const isNumbered = at > first && at + 1 < end && (text[at] === '.' || text[at] === ')') && text[at + 1] === ' ';
  return isNumbered ? 'list' : 'text';
}

const CODE_OPENINGS = [
  'import ',
  'from ',
  'def ',
  'class ',
  'const ',
  'let ',
  'var ',
  'function ',
  '#include',
  'public ',
  'return ',
];

/** Code that was pasted without a fence: closed like a statement or a block, or opened by a keyword and full of signs. */
function isCodeLine(text: string, first: number, end: number): boolean {
  let last = end - 1;
  while (last > first && text.charCodeAt(last) <= 0x20) last -= 1;
  const closing = text.charAt(last);
  if (closing === ';') return !isGreekQuestion(text, first, last);
  if (closing === '{' || closing === '}') return true;
  if (text[first] === '<' && closing === '>') return true;
  const opening = CODE_OPENINGS.find((word) => text.startsWith(word, first));
  if (opening === undefined) return false;
  if (opening === 'from ') return text.slice(first, Math.min(end, first + 120)).includes(' import ');
  return (
    opening.startsWith('#') ||
    closing === ':' ||
    closing === ')' ||
    /[=(]/.test(text.slice(first, Math.min(end, first + 120)))
  );
}

/** Greek asks with a semicolon, which there stands behind a word. */
function isGreekQuestion(text: string, first: number, last: number): boolean {
  return /[\p{L}\p{N}»"]/u.test(text.charAt(last - 1)) && /\p{Script=Greek}/u.test(text.slice(first, last));
}

/** An ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
