// One pass over folded text: counts words, sentences and signs, and collects the terms that match at word starts.
import { type CharTable, KIND_OTHER, KIND_UNSPACED, KIND_WORD } from './char-table.ts';
import { BREAK, type FoldedText } from './fold-text.ts';
import { followEdge, type TermEntry, type TermIndex } from './term-index.ts';

/** A term found in the folded text, with folded positions. */
export interface TermHit {
  readonly entry: TermEntry;
  readonly start: number;
  readonly end: number;
}

/** A term of the wording where it was found first, with folded positions. */
export interface WordingFind {
  /** As the wording's terms are numbered. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** What one pass over the ask found. */
export interface TextScan {
  readonly hits: readonly TermHit[];
  /** Each term once, in the order of the text. */
  readonly wording: readonly WordingFind[];
  /** Words; text without spaces counts some characters as one. */
  readonly words: number;
  readonly sentences: number;
  readonly questions: number;
  readonly endsInQuestion: boolean;
  readonly commas: number;
  readonly colons: number;
  readonly numbers: number;
  /** Where single Latin letters stand, as mathematics uses them; "a" and "i" are words. */
  readonly letters: readonly number[];
  readonly mathSigns: number;
  readonly codeSigns: number;
}

const HITS_LIMIT = 2_000; // a text that hits more often has long since saturated every dimension
const SPACE = 0x20;
const HYPHEN = 0x2d;
const APOSTROPHE = 0x27; // all forms of it fold to this one
const SEMICOLON = 0x3b;
const QUESTION_MARK = 0x3f;
const IDEOGRAPHS_PER_WORD = 2;
const LETTERS_PER_WORD = 5; // of the alphabets that write without spaces, such as Thai
const SYLLABLES_PER_WORD = 2.5;

/** Scans the folded text once. */
export function scanText(folded: FoldedText, table: CharTable, index: TermIndex): TextScan {
  const { units, length } = folded;
  const found: Found = { hits: [], wording: [], seen: new Uint8Array(index.wordingCount) };
  const counts = { words: 0, ideographs: 0, unspaced: 0, syllables: 0, numbers: 0 };
  const letters: number[] = [];
  const signs = newSigns();
  let previous = KIND_OTHER;
  for (let at = 0; at < length; at += 1) {
    let unit = units[at] as number;
    const kind = table.kind[unit] as number;
    if (kind === KIND_WORD) {
      if (isHangul(unit)) counts.syllables += 1;
      if (previous !== KIND_WORD) {
        if (unit >= 0x30 && unit <= 0x39) counts.numbers += 1;
        else if (!isHangul(unit)) counts.words += 1;
        if (isSingleLetter(units, table, at)) letters.push(at);
        if (found.hits.length < HITS_LIMIT) matchFrom(folded, table, index, at, found);
      }
    } else if (kind === KIND_UNSPACED) {
      if (unit < FIRST_EAST_ASIAN) counts.unspaced += 1;
      else counts.ideographs += 1;
      if (found.hits.length < HITS_LIMIT && startsSyllable(units, at)) matchTerm(folded, table, index, at, found);
    } else if (kind === KIND_OTHER) {
      if (unit === SEMICOLON && isGreekQuestion(units, table, at)) unit = QUESTION_MARK;
      countSign(signs, folded, table, at, unit);
    }
    if (kind === KIND_WORD || kind === KIND_UNSPACED || isSentenceEnd(unit)) signs.last = unit;
    previous = kind;
  }
  return {
    hits: found.hits,
    wording: found.wording,
    words:
      counts.words +
      Math.ceil(counts.ideographs / IDEOGRAPHS_PER_WORD) +
      Math.ceil(counts.unspaced / LETTERS_PER_WORD) +
      Math.ceil(counts.syllables / SYLLABLES_PER_WORD),
    numbers: counts.numbers,
    sentences: signs.sentences + (isSentenceEnd(signs.last) ? 0 : 1),
    questions: signs.questions,
    endsInQuestion: isQuestionMark(signs.last),
    commas: signs.commas,
    colons: signs.colons,
    letters,
    mathSigns: signs.math,
    codeSigns: signs.code + folded.camelJoints,
  };
}

function isHangul(unit: number): boolean {
  return unit >= 0xac00 && unit <= 0xd7a3;
}

/** Han, kana and their like begin here; what is written without spaces below are alphabets. */
const FIRST_EAST_ASIAN = 0x2e80;

/**
 * False inside a syllable of Thai or Lao, whose blocks have the same layout: before a vowel or a tone that belongs to
 * the letter in front, and behind a vowel that is written first. No word starts or ends there.
 */
function startsSyllable(units: Uint16Array, at: number): boolean {
  const unit = units[at] as number;
  if (unit < 0x0e00 || unit > 0x0eff) return true;
  const place = unit & 0x7f;
  if ((place >= 0x30 && place <= 0x3c) || place === 0x45 || (place >= 0x47 && place <= 0x4e)) return false;
  const previous = units[at - 1] ?? BREAK;
  return previous < 0x0e00 || previous > 0x0eff || (previous & 0x7f) < 0x40 || (previous & 0x7f) > 0x44;
}

/** A word start; Arabic and Hebrew conjunctions, prepositions and the article are written together with their word. */
function matchFrom(folded: FoldedText, table: CharTable, index: TermIndex, at: number, found: Found): void {
  matchTerm(folded, table, index, at, found);
  const first = folded.units[at] as number;
  if (first < 0x05d0 || first > 0x064a) return;
  if (first <= 0x05ea) matchBehindHebrew(folded, table, index, at, found);
  else if (first >= 0x0620) matchBehindArabic(folded, table, index, at, found);
}

/** Up to three of them may follow one another: "and that in the …". */
function matchBehindHebrew(folded: FoldedText, table: CharTable, index: TermIndex, at: number, found: Found): void {
  for (let start = at; start < at + 3 && HEBREW_PROCLITICS.has(folded.units[start] as number); start += 1) {
    if (table.kind[folded.units[start + 1] as number] !== KIND_WORD) return;
    matchTerm(folded, table, index, start + 1, found);
  }
}

const HEBREW_PROCLITICS: ReadonlySet<number> = new Set([0x05d5, 0x05d4, 0x05d1, 0x05dc, 0x05de, 0x05e9, 0x05db]);

function matchBehindArabic(folded: FoldedText, table: CharTable, index: TermIndex, at: number, found: Found): void {
  let start = at;
  const first = folded.units[at] as number;
  if (ARABIC_PROCLITICS.has(first)) {
    start += 1;
    matchTerm(folded, table, index, start, found);
  }
  if (folded.units[start] === 0x0627 && folded.units[start + 1] === 0x0644) {
    matchTerm(folded, table, index, start + 2, found);
  }
}

const ARABIC_PROCLITICS: ReadonlySet<number> = new Set([0x0648, 0x0641, 0x0628, 0x0644, 0x0643]);

/** Walks the trie from one position and records every term that ends properly; the caller keeps the longest. */
function matchTerm(folded: FoldedText, table: CharTable, index: TermIndex, start: number, found: Found): void {
  const { units, length } = folded;
  let node = 0;
  for (let at = start; at < length; at += 1) {
    const unit = units[at] as number;
    node = followEdge(index, node, unit === HYPHEN ? SPACE : unit);
    if (node === -1) return;
    const prefix = index.prefixTerms[node] as number;
    if (prefix !== 0) record(index, prefix, start, at + 1, found);
    const whole = index.wholeTerms[node] as number;
    const wholeWording = index.wholeWording[node] as number;
    const prefixWording = index.prefixWording[node] as number;
    if (prefixWording !== 0) noteWording(found, prefixWording - 1, start, at + 1);
    if (whole === 0 && wholeWording === 0) continue;
    if (!endsWord(units, table, at)) continue;
    if (whole !== 0) record(index, whole, start, at + 1, found);
    if (wholeWording !== 0) noteWording(found, wholeWording - 1, start, at + 1);
  }
}

function endsWord(units: Uint16Array, table: CharTable, at: number): boolean {
  if (table.kind[units[at] as number] === KIND_UNSPACED) return startsSyllable(units, at + 1);
  return table.kind[units[at + 1] ?? BREAK] !== KIND_WORD;
}

function record(index: TermIndex, list: number, start: number, end: number, found: Found): void {
  for (const entry of index.termLists[list - 1] ?? []) found.hits.push({ entry, start, end });
}

interface Found {
  readonly hits: TermHit[];
  readonly wording: WordingFind[];
  /** By the number of a wording's term. */
  readonly seen: Uint8Array;
}

function noteWording(found: Found, number: number, start: number, end: number): void {
  if (found.seen[number] === 1) return;
  found.seen[number] = 1;
  found.wording.push({ number, start, end });
}

/** A letter by itself, not the end of a shortened word ("it's"). */
function isSingleLetter(units: Uint16Array, table: CharTable, at: number): boolean {
  const unit = units[at] as number;
  if (unit < 0x62 || unit > 0x7a || unit === 0x69 || table.kind[units[at + 1] ?? BREAK] === KIND_WORD) return false;
  return units[at - 1] !== APOSTROPHE;
}

interface Signs {
  sentences: number;
  questions: number;
  commas: number;
  colons: number;
  math: number;
  code: number;
  /** The last unit of a word or at a sentence's end; brackets, quotation marks and emoji behind it say nothing. */
  last: number;
}

function newSigns(): Signs {
  return { sentences: 0, questions: 0, commas: 0, colons: 0, math: 0, code: 0, last: 0 };
}

/** Greek asks with a semicolon: behind a word or a quotation, with Greek a little before; the word may be "API". */
function isGreekQuestion(units: Uint16Array, table: CharTable, at: number): boolean {
  const previous = units[at - 1] ?? BREAK;
  if (previous !== BREAK && table.kind[previous] !== KIND_WORD) return false;
  if (table.kind[units[at + 1] ?? BREAK] === KIND_WORD) return false;
  for (let before = at - 1; before >= 0 && before > at - GREEK_LOOK_BACK; before -= 1) {
    const unit = units[before] as number;
    if (unit >= 0x0370 && unit <= 0x03ff) return true;
  }
  return false;
}

const GREEK_LOOK_BACK = 32;

function countSign(signs: Signs, folded: FoldedText, table: CharTable, at: number, unit: number): void {
  const { units } = folded;
  const next = units[at + 1] ?? BREAK;
  const nextKind = table.kind[next];
  if (isSentenceEnd(unit)) {
    const isEnd = unit >= 0x80 || nextKind !== KIND_WORD; // "3.5" and "example.org" go on
    if (isEnd && !isSentenceEnd(next)) signs.sentences += 1;
    if (isQuestionMark(unit) && !isQuestionMark(next)) signs.questions += 1;
    if (unit === 0x2e && nextKind === KIND_WORD && table.kind[units[at - 1] ?? BREAK] === KIND_WORD) signs.code += 0.25;
  } else if (COMMAS.has(unit)) {
    signs.commas += 1;
  } else if (COLONS.has(unit) && nextKind !== KIND_WORD) {
    signs.colons += 1;
    if (unit === SEMICOLON) signs.code += 0.5;
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

/** Colons and semicolons; within a word, as in a time of day, they join nothing. */
const COLONS: ReadonlySet<number> = new Set([0x3a, 0x3b, 0x061b]);

const COMMAS: ReadonlySet<number> = new Set([0x2c, 0x3001, 0x060c]);

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
