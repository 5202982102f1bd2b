// Which parts of the asking message are the ask, and which are material: code, quotes, pasted blocks, signatures.
import { withoutQuotes } from './cut-quotes.ts';
import { cutSignature } from './cut-signature.ts';
import { isDigit, isLetter } from './letters.ts';
import { type Block, PASTED_CHARACTERS, readBlocks } from './read-blocks.ts';
import { asksQuestion, endsSentence } from './sentence-marks.ts';
import type { TextRange } from './text-range.ts';

/** The parts of one message. */
export interface AskParts {
  readonly ask: readonly TextRange[];
  readonly fenceCount: number;
  readonly codeCharacters: number;
  readonly inlineCodeCount: number;
  readonly listItems: number;
}

/**
 * Only this much of a message is read (32 KiB of UTF-16): its first and its last half, where people put what they ask.
 */
export const WINDOW_CHARACTERS = 16_384;
/** In a message longer than this with more blocks than that, what is asked stands at one of its ends. */
const LONG_PROSE = 1_200;
const MANY_BLOCKS = 4;
const LONGEST_ASK = 800;
const LONGEST_HEADING = 120;
const QUESTION_AT_END = 80;

/** Splits the windowed text of a message. */
export function splitAsk(text: string): AskParts {
  const { blocks, fenceCount, listItems } = readBlocks(text, windowsOf(text));
  cutSignature(text, blocks);
  const asking = chooseAsking(text, blocks);
  const quotes = { inlineCode: 0, failed: 0 };
  let ask = asking.flatMap((block) => withoutQuotes(text, block, quotes));
  if (!ask.some((range) => hasWord(text, range))) ask = asking.map(({ start, end }) => ({ start, end }));
  const codeCharacters = sumOf(blocks.filter(({ kind }) => kind === 'code' || kind === 'fenced'));
  return {
    ask,
    fenceCount,
    codeCharacters,
    inlineCodeCount: quotes.inlineCode,
    listItems,
  };
}

function windowsOf(text: string): TextRange[] {
  if (text.length <= WINDOW_CHARACTERS) return [{ start: 0, end: text.length }];
  const half = WINDOW_CHARACTERS / 2;
  return [
    { start: 0, end: half },
    { start: text.length - half, end: text.length },
  ];
}

function chooseAsking(text: string, blocks: readonly Block[]): readonly Block[] {
  const prose = blocks.filter((block) => block.kind === 'text' || block.kind === 'list');
  const first = prose[0];
  const last = prose.at(-1);
  if (first !== undefined && last !== undefined && prose.length > MANY_BLOCKS && sumOf(prose) > LONG_PROSE) {
    const ends = askingEnds(text, first, last);
    if (ends.length > 0) return ends;
  }
  const short = prose.filter((block) => block.end - block.start <= PASTED_CHARACTERS || block.kind === 'list');
  const isFramed = short.some((block) => block.kind === 'text' && (block === prose[0] || block === prose.at(-1)));
  if (prose.length === 0) {
    const aside = blocks.filter((block) => block.kind === 'quote' || block.kind === 'tagged');
    return aside.length > 0 ? aside : blocks;
  }
  return isFramed ? short : prose;
}

/** Which end of a long message asks: the one with a question, else both but for a heading. */
function askingEnds(text: string, first: Block, last: Block): readonly Block[] {
  const isShort = (block: Block): boolean => block.end - block.start <= LONGEST_ASK;
  const opening = text.slice(first.start, first.end);
  const closing = text.slice(last.start, last.end);
  const opens = isShort(first) && asksQuestion(opening);
  const closes = isShort(last) && asksQuestion(closing.slice(-QUESTION_AT_END));
  if (opens !== closes) return [opens ? first : last];
  return [first, last].filter((block) => isShort(block) && !(block === first && isHeading(opening)));
}

/** Short, and not a sentence. */
function isHeading(text: string): boolean {
  return text.length <= LONGEST_HEADING && !endsSentence(text);
}

function hasWord(text: string, range: TextRange): boolean {
  for (let at = range.start; at < range.end; at += 1) {
    const code = text.charCodeAt(at);
    if (isLetter(code) || isDigit(code)) return true;
  }
  return false;
}

function sumOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.end - block.start, 0);
}
