// What a single line is: prose, a list item, code without a fence, or a quoted line of a mail. In doubt a line is prose:
// code that is read as prose adds a few words, prose that is read as code takes the ask away.
import { isDigit, isLetter } from './letters.ts';

/** The kinds of lines. */
export type LineKind = 'text' | 'list' | 'code' | 'quote';

/** The kind of a line whose first visible character is at `first`. */
export function lineKind(text: string, first: number, end: number): LineKind {
  const code = text.charCodeAt(first);
  if (code === 0x3e) return 'quote';
  if (first + 1 < end && (code === 0x2d || code === 0x2a || code === 0x2022 || code === 0x2b)) {
    return text.charCodeAt(first + 1) === 0x20 || code === 0x2022 ? 'list' : 'text';
  }
  if (isNumbered(text, first, end)) return 'list';
  return isCodeLine(text, first, end) ? 'code' : 'text';
}

const MOST_DIGITS = 3;

function isNumbered(text: string, first: number, end: number): boolean {
  let at = first;
  while (at < end && at < first + MOST_DIGITS && isDigit(text.charCodeAt(at))) at += 1;
  return at > first && at + 1 < end && (text[at] === '.' || text[at] === ')') && text[at + 1] === ' ';
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

const READ_OF_LINE = 120; // characters; the signs of code stand early
/** Signs that a line of prose which ends in a semicolon has not; a call has no space before its bracket. */
const STATEMENT_SIGNS = /[={}[\]<>$]|\w\(|\w\.\w/;
/** What stands in front of a closing brace in code, and not in a set or in LaTeX. */
const BLOCK_SIGNS = /^[{})\].#@]|;|": |\) ?\{/;

/** Code that was pasted without a fence: closed like a statement or a block, or opened by a keyword and full of signs. */
function isCodeLine(text: string, first: number, end: number): boolean {
  let last = end - 1;
  while (last > first && text.charCodeAt(last) <= 0x20) last -= 1;
  const closing = text.charAt(last);
  if (closing === '{') return true;
  if (text[first] === '<' && closing === '>') return true;
  if (closing === ';' && isGreekQuestion(text, first, last)) return false;
  const line = text.slice(first, Math.min(last + 1, first + READ_OF_LINE));
  const opening = CODE_OPENINGS.find((word) => line.startsWith(word));
  if (closing === ';') return opening !== undefined || STATEMENT_SIGNS.test(line) || !line.includes(' ');
  if (closing === '}') return BLOCK_SIGNS.test(line) && !isProse(line);
  if (opening === undefined || isProse(line)) return false;
  if (opening === 'from ') return line.includes(' import ');
  return opening.startsWith('#') || closing === ':' || closing === ')' || /[=(]/.test(line);
}

const WORDS_OF_PROSE = 3;

/** Three words in a row, or a sentence behind a sentence. */
function isProse(line: string): boolean {
  let words = 0;
  let letters = 0;
  for (let at = 0; at <= line.length; at += 1) {
    const isSpace = at === line.length || line[at] === ' ';
    if (isLetter(line.charCodeAt(at))) {
      letters += 1;
      continue;
    }
    words = letters > 1 && (isSpace || words === WORDS_OF_PROSE - 1) ? words + 1 : 0;
    if (words === WORDS_OF_PROSE) return true;
    letters = 0;
  }
  return /[.?!] \p{L}/u.test(line);
}

/** Greek asks with a semicolon, which there stands behind a word. */
function isGreekQuestion(text: string, first: number, last: number): boolean {
  return /[\p{L}\p{N}»"]/u.test(text.charAt(last - 1)) && /\p{Script=Greek}/u.test(text.slice(first, last));
}
