// One pass over folded text: counts words, sentences and signs, and collects the terms that match at word starts.
import { type CharTable, KIND_OTHER, KIND_SPACE, KIND_UNSPACED, KIND_WORD } from './char-table.ts';
import { BREAK, type FoldedText } from './fold-text.ts';
import { followEdge, type TermEntry, type TermIndex } from './term-index.ts';

/** A term found in the folded text, with folded positions. */
export interface TermHit {
  readonly entry: TermEntry;
  readonly start: number;
  readonly end: number;
}

/** What one pass over the ask found. */
export interface TextScan {
  readonly hits: readonly TermHit[];
  /** Words; text without spaces counts two characters as one. */
  readonly words: number;
  readonly sentences: number;
  readonly questions: number;
  readonly endsInQuestion: boolean;
  readonly commas: number;
  readonly numbers: number;
  readonly mathSigns: number;
  readonly codeSigns: number;
}

const HITS_LIMIT = 2_000; // a text that hits more often has long since saturated every dimension
const SPACE = 0x20;
const HYPHEN = 0x2d;

/** Scans the folded text once. */
export function scanText(folded: FoldedText, table: CharTable, index: TermIndex): TextScan {
  const { units, length } = folded;
  const hits: TermHit[] = [];
  const counts = { words: 0, unspaced: 0, syllables: 0, numbers: 0 };
  const signs = newSigns();
  let previous = KIND_OTHER;
  for (let at = 0; at < length; at += 1) {
    const unit = units[at] as number;
    const kind = table.kind[unit] as number;
    if (kind === KIND_WORD) {
      if (isHangul(unit)) counts.syllables += 1;
      if (previous !== KIND_WORD) {
        if (unit >= 0x30 && unit <= 0x39) counts.numbers += 1;
        else if (!isHangul(unit)) counts.words += 1;
        if (hits.length < HITS_LIMIT) matchFrom(folded, table, index, at, hits);
      }
    } else if (kind === KIND_UNSPACED) {
      counts.unspaced += 1;
      if (hits.length < HITS_LIMIT) matchTerm(folded, table, index, at, hits);
    } else if (kind === KIND_OTHER) {
      countSign(signs, folded, table, at);
    }
    if (kind !== KIND_SPACE && unit !== BREAK) signs.last = unit;
    previous = kind;
  }
  return {
    hits,
    words: counts.words + Math.ceil(counts.unspaced / 2) + Math.ceil(counts.syllables / 2.5),
    numbers: counts.numbers,
    sentences: signs.sentences + (isSentenceEnd(signs.last) ? 0 : 1),
    questions: signs.questions,
    endsInQuestion: isQuestionMark(signs.last),
    commas: signs.commas,
    mathSigns: signs.math,
    codeSigns: signs.code + folded.camelJoints,
  };
}

function isHangul(unit: number): boolean {
  return unit >= 0xac00 && unit <= 0xd7a3;
}

/** A word start; Arabic conjunctions, prepositions and the article are written together with their word. */
function matchFrom(folded: FoldedText, table: CharTable, index: TermIndex, at: number, hits: TermHit[]): void {
  matchTerm(folded, table, index, at, hits);
  const first = folded.units[at] as number;
  if (first < 0x0620 || first > 0x064a) return;
  let start = at;
  if (ARABIC_PROCLITICS.has(first)) {
    start += 1;
    matchTerm(folded, table, index, start, hits);
  }
  if (folded.units[start] === 0x0627 && folded.units[start + 1] === 0x0644) {
    matchTerm(folded, table, index, start + 2, hits);
  }
}

const ARABIC_PROCLITICS: ReadonlySet<number> = new Set([0x0648, 0x0641, 0x0628, 0x0644, 0x0643]);

/** Walks the trie from one position and records every term that ends properly; the caller keeps the longest. */
function matchTerm(folded: FoldedText, table: CharTable, index: TermIndex, start: number, hits: TermHit[]): void {
  const { units, length } = folded;
  let node = 0;
  for (let at = start; at < length; at += 1) {
    const unit = units[at] as number;
    node = followEdge(index, node, unit === HYPHEN ? SPACE : unit);
    if (node === -1) return;
    const prefix = index.prefixTerms[node] as number;
    if (prefix !== 0) record(index, prefix, start, at + 1, hits);
    const whole = index.wholeTerms[node] as number;
    if (whole !== 0 && endsWord(units, table, at)) record(index, whole, start, at + 1, hits);
  }
}

function endsWord(units: Uint16Array, table: CharTable, at: number): boolean {
  if (table.kind[units[at] as number] === KIND_UNSPACED) return true;
  return table.kind[units[at + 1] ?? BREAK] !== KIND_WORD;
}

function record(index: TermIndex, list: number, start: number, end: number, hits: TermHit[]): void {
  for (const entry of index.termLists[list - 1] ?? []) hits.push({ entry, start, end });
}

interface Signs {
  sentences: number;
  questions: number;
  commas: number;
  math: number;
  code: number;
  last: number;
}

function newSigns(): Signs {
  return { sentences: 0, questions: 0, commas: 0, math: 0, code: 0, last: 0 };
}

function countSign(signs: Signs, folded: FoldedText, table: CharTable, at: number): void {
  const { units } = folded;
  const unit = units[at] as number;
  const next = units[at + 1] ?? BREAK;
  const nextKind = table.kind[next];
  if (isSentenceEnd(unit)) {
    const isEnd = unit >= 0x80 || nextKind === KIND_SPACE || next === BREAK || nextKind === KIND_OTHER;
    if (isEnd && !isSentenceEnd(next)) signs.sentences += 1;
    if (isQuestionMark(unit) && !isQuestionMark(next)) signs.questions += 1;
    if (unit === 0x2e && nextKind === KIND_WORD && table.kind[units[at - 1] ?? BREAK] === KIND_WORD) signs.code += 0.25;
  } else if (COMMAS.has(unit)) {
    signs.commas += 1;
  } else if (isMathSign(unit)) {
    signs.math += 1;
  } else if (unit === 0x5c && nextKind === KIND_WORD) {
    signs.math += 1; // a LaTeX command
  } else if (unit === 0x24 && !isDollarAmount(units, at)) {
    signs.math += 0.5; // one side of an inline formula
  } else if (unit === 0x28 || unit === 0x7b || unit === 0x3b) {
    if (unit !== 0x28 || table.kind[units[at - 1] ?? BREAK] === KIND_WORD) signs.code += 0.5;
  }
}

/** `$5`, `$1.200 `: money. `$x$`, `$10$`: a formula. */
function isDollarAmount(units: Uint16Array, at: number): boolean {
  let next = at + 1;
  const limit = next + 12;
  while (next < limit && isFigure(units[next] ?? BREAK)) next += 1;
  return next > at + 1 && units[next] !== 0x24;
}

function isFigure(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x2e || unit === 0x2c;
}

const COMMAS: ReadonlySet<number> = new Set([0x2c, 0x3001, 0x060c, 0xff0c]);

function isSentenceEnd(unit: number): boolean {
  if (unit < 0x80) return unit === 0x2e || unit === 0x21 || unit === 0x3f;
  return unit === 0x3002 || unit === 0x0964 || unit === 0x061f || unit === 0x06d4;
}

function isQuestionMark(unit: number): boolean {
  return unit === 0x3f || unit === 0x061f;
}

/** `= ^ < >`, and the arithmetic, relation, set and integral signs of Unicode. */
function isMathSign(unit: number): boolean {
  if (unit < 0x80) return unit === 0x3d || unit === 0x5e || unit === 0x3c || unit === 0x3e || unit === 0x2b;
  return unit === 0xd7 || unit === 0xf7 || unit === 0xb1 || (unit >= 0x2200 && unit <= 0x22ff);
}
