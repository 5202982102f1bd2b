// Reads the lines of a message into blocks: prose, lists, code, quoted mails, material in tags.
import { endOfClosing, type Fence, openingFence } from './fence.ts';
import { type LineKind, lineKind } from './line-kind.ts';
import type { TextRange } from './text-range.ts';

/** Lines of one kind that stand together. */
export interface Block {
  readonly kind: LineKind | 'fenced' | 'tagged';
  readonly start: number;
  end: number;
}

/** The blocks of a message in the order of its text. */
export interface MessageBlocks {
  readonly blocks: Block[];
  readonly fenceCount: number;
  readonly listItems: number;
}

/** A block longer than this beside a shorter one is what the shorter one talks about. */
export const PASTED_CHARACTERS = 400;

interface Reading {
  readonly text: string;
  readonly blocks: Block[];
  fenceCount: number;
  listItems: number;
  /** The fence that is open, with its block. */
  fence: { readonly marks: Fence; readonly block: Block } | undefined;
  /** What the line before was; `blank` where the next one begins a block of its own. */
  previous: Block['kind'] | 'blank';
}

/** Reads the blocks of a text's windows. */
export function readBlocks(text: string, windows: readonly TextRange[]): MessageBlocks {
  const reading: Reading = { text, blocks: [], fenceCount: 0, listItems: 0, fence: undefined, previous: 'blank' };
  windows.forEach((window, index) => {
    reading.previous = 'blank';
    reading.fence =
      index > 0 && beginsInFence(text, window) ? openFence(reading, UNSEEN_FENCE, window.start) : undefined;
    readWindow(reading, window);
  });
  return reading;
}

const UNSEEN_FENCE: Fence = { mark: '', length: 3 };

/** What lies before the window was not read; but whoever opens a fence closes it, so an odd mark closes one of before. */
function beginsInFence(text: string, window: TextRange): boolean {
  const trial: Reading = { text, blocks: [], fenceCount: 0, listItems: 0, fence: undefined, previous: 'blank' };
  readWindow(trial, window);
  return trial.fence !== undefined;
}

function readWindow(reading: Reading, window: TextRange): void {
  const { text } = reading;
  let at = window.start;
  while (at < window.end) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 || newline >= window.end ? window.end : newline;
    at = readLine(reading, at, end, window.end);
  }
}

/** Reads the line from `at` to `end`; says where to go on. */
function readLine(reading: Reading, at: number, end: number, limit: number): number {
  const { text, fence } = reading;
  const first = firstVisible(text, at, end);
  if (fence !== undefined) {
    const closing = endOfClosing(text, first, end, fence.marks);
    fence.block.end = closing === -1 ? end : closing;
    if (closing === -1) return end + 1;
    reading.fence = undefined;
    return closing === end ? end + 1 : closing;
  }
  const opened = openingFence(text, first, end);
  if (opened !== undefined) {
    reading.fenceCount += 1;
    reading.fence = openFence(reading, opened, at);
    reading.fence.block.end = end;
    return end + 1;
  }
  if (first < end) return readVisibleLine(reading, { start: first, end }, limit);
  reading.previous = 'blank';
  return end + 1;
}

function openFence(reading: Reading, marks: Fence, start: number): NonNullable<Reading['fence']> {
  const block: Block = { kind: 'fenced', start, end: start };
  reading.blocks.push(block);
  reading.previous = 'blank';
  return { marks, block };
}

function readVisibleLine(reading: Reading, line: TextRange, limit: number): number {
  const { text, blocks, previous } = reading;
  const closing = endOfMaterial(text, line.start, limit);
  if (closing !== -1) {
    blocks.push({ kind: 'tagged', start: line.start, end: closing });
    reading.previous = 'blank';
    return closing;
  }
  const kind = lineKind(text, line.start, line.end);
  if (kind === 'list') reading.listItems += 1;
  const last = blocks.at(-1);
  const isLong = line.end - line.start > PASTED_CHARACTERS;
  const joins = previous === kind && !isLong && last !== undefined && last.end - last.start <= 4 * PASTED_CHARACTERS;
  if (joins) last.end = line.end;
  else blocks.push({ kind, start: line.start, end: line.end });
  reading.previous = isLong ? 'blank' : kind;
  return line.end + 1;
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

const TRIPLE_QUOTES = '"""';

/** The end of material in a tag or in three quotation marks, or -1. */
function endOfMaterial(text: string, at: number, end: number): number {
  if (text[at] === '<') return endOfMaterialTag(text, at, end);
  if (!text.startsWith(TRIPLE_QUOTES, at)) return -1;
  const closing = text.indexOf(TRIPLE_QUOTES, at + TRIPLE_QUOTES.length);
  return closing === -1 || closing + TRIPLE_QUOTES.length > end ? -1 : closing + TRIPLE_QUOTES.length;
}

/** The end of a block in a tag that agents and people put around material, or -1. */
function endOfMaterialTag(text: string, at: number, end: number): number {
  const name = MATERIAL_TAGS.find(
    (tag) => text.startsWith(tag, at + 1) && /[\s>]/.test(text.charAt(at + 1 + tag.length)),
  );
  if (name === undefined) return -1;
  const closing = text.indexOf(`</${name}>`, at);
  return closing === -1 || closing >= end ? end : closing + name.length + 3;
}
