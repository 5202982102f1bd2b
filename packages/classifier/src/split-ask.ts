// Which parts of the asking message are the ask, and which are material: code, quotes, pasted blocks, signatures.
import { isLetter, withoutQuotes } from './cut-quotes.ts';
import { isClosing } from './is-closing.ts';
import { isDigit, isFence, type LineKind, lineKind } from './line-kind.ts';
import type { TextRange } from './text-range.ts';

/** The parts of one message. `material` counts the characters that the ask talks about. */
export interface AskParts {
  readonly ask: readonly TextRange[];
  readonly fenceCount: number;
  readonly codeCharacters: number;
  readonly inlineCodeCount: number;
  readonly listItems: number;
  readonly materialCharacters: number;
}

/**
 * Only this much of a message is read (32 KiB of UTF-16): its first and its last half, where people put what they ask.
 */
export const WINDOW_CHARACTERS = 16_384;
const PASTED_CHARACTERS = 400; // a block longer than this beside a shorter one is what the shorter one talks about
/** In a message longer than this with more blocks than that, what is asked stands at one of its ends. */
const LONG_PROSE = 1_200;
const MANY_BLOCKS = 4;
const LONGEST_ASK = 800;
const LONGEST_HEADING = 120;
const QUESTION_AT_END = 80;
const QUESTION_MARKS = ['?', '？', '؟'];
const SENTENCE_ENDS = ['.', '!', '?', '。', '！', '？', '؟', '।'];
const SIGNATURE_LINES = 8;

type BlockKind = LineKind | 'tagged';
interface Block {
  readonly kind: BlockKind;
  readonly start: number;
  end: number;
}

/** Splits the windowed text of a message. */
export function splitAsk(text: string): AskParts {
  const blocks: Block[] = [];
  const counts = { fences: 0, listItems: 0 };
  for (const window of windowsOf(text)) readBlocks(text, window, blocks, counts);
  cutSignature(text, blocks);
  const asking = chooseAsking(text, blocks);
  const quotes = { inlineCode: 0, failed: 0 };
  let ask = asking.flatMap((block) => withoutQuotes(text, block, quotes));
  if (!ask.some((range) => hasWord(text, range))) ask = asking.map(({ start, end }) => ({ start, end }));
  const askCharacters = ask.reduce((sum, range) => sum + range.end - range.start, 0);
  const codeCharacters = sumOf(blocks.filter((block) => block.kind === 'code'));
  return {
    ask,
    fenceCount: counts.fences,
    codeCharacters,
    inlineCodeCount: quotes.inlineCode,
    listItems: counts.listItems,
    materialCharacters: Math.max(0, text.length - askCharacters),
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

function readBlocks(
  text: string,
  window: TextRange,
  blocks: Block[],
  counts: { fences: number; listItems: number },
): void {
  let fence: Block | undefined;
  let previous: BlockKind | 'blank' = 'blank';
  let at = window.start;
  while (at < window.end) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 || newline >= window.end ? window.end : newline;
    const first = firstVisible(text, at, end);
    if (isFence(text, first, end)) {
      if (fence === undefined) {
        counts.fences += 1;
        fence = { kind: 'code', start: at, end };
        blocks.push(fence);
      } else {
        fence.end = end;
        fence = undefined;
      }
      previous = 'blank';
    } else if (fence !== undefined) {
      fence.end = end;
    } else if (first === end) {
      previous = 'blank';
    } else {
      const closing = text[first] === '<' ? endOfMaterialTag(text, first, window.end) : -1;
      const kind = closing === -1 ? lineKind(text, first, end) : 'tagged';
      if (kind === 'list') counts.listItems += 1;
      const last = blocks.at(-1);
      const lineEnd = closing === -1 ? end : closing;
      const isJoined =
        last !== undefined &&
        previous === kind &&
        end - at <= PASTED_CHARACTERS &&
        last.end - last.start <= 4 * PASTED_CHARACTERS;
      if (isJoined) last.end = lineEnd;
      else blocks.push({ kind, start: first, end: lineEnd });
      previous = end - at > PASTED_CHARACTERS || kind === 'tagged' ? 'blank' : kind;
      if (closing !== -1) {
        at = closing;
        continue;
      }
    }
    at = end + 1;
  }
}

function firstVisible(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

const MATERIAL_TAGS = [
  'system-reminder',
  'environment_details',
  'context',
  'document',
  'documents',
  'file',
  'files',
  'code',
  'data',
  'log',
  'logs',
  'output',
  'attachment',
  'example',
  'examples',
  'transcript',
  'article',
  'email',
];

/** The end of a block in a tag that agents and people put around material, or -1. */
function endOfMaterialTag(text: string, at: number, end: number): number {
  const name = MATERIAL_TAGS.find(
    (tag) => text.startsWith(tag, at + 1) && /[\s>]/.test(text.charAt(at + 1 + tag.length)),
  );
  if (name === undefined) return -1;
  const closing = text.indexOf(`</${name}>`, at);
  return closing === -1 || closing >= end ? end : closing + name.length + 3;
}

/** Drops what follows a closing formula or a line of two hyphens (the mail convention) near the end. */
function cutSignature(text: string, blocks: Block[]): void {
  let marker = -1;
  let lineEnd = text.length;
  for (let line = 0; line < SIGNATURE_LINES && lineEnd > 0; line += 1) {
    const newline = text.lastIndexOf('\n', lineEnd - 1);
    if (newline <= 0) break;
    if (isClosing(text, newline + 1, lineEnd)) marker = newline;
    lineEnd = newline;
  }
  if (marker === -1) return;
  while (blocks.length > 0 && (blocks.at(-1) as Block).start > marker) blocks.pop();
  const last = blocks.at(-1);
  if (last !== undefined) last.end = Math.min(last.end, marker);
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
  if (prose.length === 0) return blocks.filter((block) => block.kind === 'quote' || block.kind === 'tagged');
  return isFramed ? short : prose;
}

/** Which end of a long message asks: the one with a question, else both but for a heading. */
function askingEnds(text: string, first: Block, last: Block): readonly Block[] {
  const isShort = (block: Block): boolean => block.end - block.start <= LONGEST_ASK;
  const opening = text.slice(first.start, first.end);
  const closing = text.slice(last.start, last.end);
  const opens = isShort(first) && hasQuestion(opening);
  const closes = isShort(last) && hasQuestion(closing.slice(-QUESTION_AT_END));
  if (opens !== closes) return [opens ? first : last];
  return [first, last].filter((block) => isShort(block) && !(block === first && isHeading(opening)));
}

function hasQuestion(text: string): boolean {
  return QUESTION_MARKS.some((mark) => text.includes(mark));
}

/** Short, and not a sentence. */
function isHeading(text: string): boolean {
  return text.length <= LONGEST_HEADING && !SENTENCE_ENDS.some((mark) => text.trimEnd().endsWith(mark));
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
