// Cuts quoted spans out of the ask: what is quoted is talked about, not asked for.
import { isLetter } from './letters.ts';
import type { TextRange } from './text-range.ts';

const LONGEST_QUOTE = 240;
const FAILED_QUOTES_LIMIT = 64; // keeps unclosed quotation marks from making the scan quadratic

const CLOSING_QUOTES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['“', '”'],
  ['”', '”'],
  ['„', '“”'],
  ['«', '»'],
  ['»', '«'],
  ['‘', '’'],
  ["'", "'"],
  ['「', '」'],
  ['『', '』'],
  ['《', '》'],
  ['`', '`'],
]);

/** The parts of a block outside quotation marks and inline code; counts inline code and unclosed marks. */
export function withoutQuotes(
  text: string,
  block: TextRange,
  quotes: { inlineCode: number; failed: number },
): TextRange[] {
  const ranges: TextRange[] = [];
  let start = block.start;
  for (let at = block.start; at < block.end; at += 1) {
    const code = text.charCodeAt(at);
    if (!mayOpenQuote(code) || quotes.failed >= FAILED_QUOTES_LIMIT || isWithinWord(text, at, block)) continue;
    const end = endOfQuote(text, at, block);
    if (end === -1) {
      quotes.failed += 1;
      continue;
    }
    if (code === 0x60) quotes.inlineCode += 1;
    ranges.push({ start, end: at });
    start = end;
    at = end - 1;
  }
  ranges.push({ start, end: block.end });
  return ranges.filter((range) => range.end > range.start);
}

function mayOpenQuote(code: number): boolean {
  if (code < 0xab) return code === 0x22 || code === 0x27 || code === 0x60;
  return (
    code === 0xab ||
    code === 0xbb ||
    (code >= 0x2018 && code <= 0x201e) ||
    code === 0x300c ||
    code === 0x300e ||
    code === 0x300a
  );
}

function endOfQuote(text: string, at: number, block: TextRange): number {
  const opening = text.charAt(at);
  const closings = CLOSING_QUOTES.get(opening);
  if (closings === undefined) return -1;
  const before = at > block.start ? text.charCodeAt(at - 1) : 0x20;
  // Finnish and Swedish open with the mark that elsewhere only closes; what closes has no space before it.
  if (opening === '”' && before > 0x20 && before !== 0x28) return -1;
  // A Hebrew abbreviation has the mark before its last letter.
  if (opening === '"' && isHebrew(before) && isHebrew(text.charCodeAt(at + 1)) && !isHebrew(text.charCodeAt(at + 2))) {
    return -1;
  }
  const limit = Math.min(block.end, at + LONGEST_QUOTE);
  for (let index = at + 1; index < limit; index += 1) {
    if (text.charCodeAt(index) === 0x0a) return -1;
    if (!closings.includes(text.charAt(index))) continue;
    if (isApostrophe(opening) && isLetter(text.charCodeAt(index + 1))) continue;
    return index + 1;
  }
  return -1;
}

/** An apostrophe, as in "it's", opens no quotation; there are many, and they are not counted as unclosed marks. */
function isWithinWord(text: string, at: number, block: TextRange): boolean {
  return isApostrophe(text.charAt(at)) && at > block.start && isLetter(text.charCodeAt(at - 1));
}

function isApostrophe(mark: string): boolean {
  return mark === "'" || mark === '‘' || mark === '’';
}

function isHebrew(code: number): boolean {
  return code >= 0x05d0 && code <= 0x05ea;
}
