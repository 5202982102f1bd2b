// Which parts of the asking message are the ask, and which are material: code, quotes, pasted blocks, signatures.
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
const LONGEST_QUOTE = 240;
const FAILED_QUOTES_LIMIT = 64; // keeps unclosed quotation marks from making the scan quadratic
const SIGNATURE_LINES = 8;

type BlockKind = 'text' | 'list' | 'code' | 'quote' | 'tagged';
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
  const asking = chooseAsking(blocks);
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

function isFence(text: string, at: number, end: number): boolean {
  return end - at >= 3 && (text.startsWith('```', at) || text.startsWith('~~~', at));
}

function lineKind(text: string, first: number, end: number): BlockKind {
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
  if (closing === ';' || closing === '{' || closing === '}') return true;
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

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
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

const LONGEST_CLOSING = 40;
const CLOSINGS = [
  '-- ',
  'best regards',
  'kind regards',
  'regards',
  'best wishes',
  'sincerely',
  'yours',
  'many thanks',
  'cheers',
  'mit freundlichen',
  'freundliche grüße',
  'viele grüße',
  'beste grüße',
  'liebe grüße',
  'gruß',
  'cordialement',
  'bien à vous',
  'sincères salutations',
  'saludos',
  'atentamente',
  'un saludo',
  'atenciosamente',
  'cumprimentos',
  'abraços',
  'cordiali saluti',
  'distinti saluti',
  'met vriendelijke groet',
  'groeten',
  'pozdrawiam',
  'z poważaniem',
  'с уважением',
  'з повагою',
  'saygılarımla',
  'trân trọng',
  'salam hormat',
  '此致',
  '敬具',
  'よろしくお願い',
  '감사합니다',
];

function isClosing(text: string, start: number, end: number): boolean {
  if (end - start > LONGEST_CLOSING) return false;
  const line = text.slice(start, end).toLowerCase();
  return line === '--' || CLOSINGS.some((closing) => line.startsWith(closing));
}

function chooseAsking(blocks: readonly Block[]): readonly Block[] {
  const prose = blocks.filter((block) => block.kind === 'text' || block.kind === 'list');
  const short = prose.filter((block) => block.end - block.start <= PASTED_CHARACTERS || block.kind === 'list');
  const isFramed = short.some((block) => block.kind === 'text' && (block === prose[0] || block === prose.at(-1)));
  if (prose.length === 0) return blocks.filter((block) => block.kind === 'quote' || block.kind === 'tagged');
  return isFramed ? short : prose;
}

const CLOSING_QUOTES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['“', '”'],
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

function withoutQuotes(text: string, block: TextRange, quotes: { inlineCode: number; failed: number }): TextRange[] {
  const ranges: TextRange[] = [];
  let start = block.start;
  for (let at = block.start; at < block.end; at += 1) {
    const code = text.charCodeAt(at);
    if (!mayOpenQuote(code) || quotes.failed >= FAILED_QUOTES_LIMIT) continue;
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
  const isApostrophe = opening === "'" || opening === '‘';
  if (isApostrophe && at > block.start && isLetter(text.charCodeAt(at - 1))) return -1;
  const limit = Math.min(block.end, at + LONGEST_QUOTE);
  for (let index = at + 1; index < limit; index += 1) {
    if (text.charCodeAt(index) === 0x0a) return -1;
    if (!closings.includes(text.charAt(index))) continue;
    if (isApostrophe && isLetter(text.charCodeAt(index + 1))) continue;
    return index + 1;
  }
  return -1;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0xc0 && code < 0x2000) || code >= 0x3040;
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
