// Finds the terms of all lists that begin at one place of folded text.
import { type CharTable, KIND_UNSPACED, KIND_WORD } from './char-table.ts';
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

/** The terms found so far. */
export interface FoundTerms {
  readonly hits: TermHit[];
  readonly wording: WordingFind[];
  /** By the number of a wording's term. */
  readonly seen: Uint8Array;
}

/** What is searched, and where finds go. */
export interface TermSearch {
  readonly folded: FoldedText;
  readonly table: CharTable;
  readonly index: TermIndex;
  readonly found: FoundTerms;
}

const HITS_LIMIT = 2_000; // a text that hits more often has long since saturated every dimension
const SPACE = 0x20;
const HYPHEN = 0x2d;

/** Nothing found yet. */
export function newSearch(folded: FoldedText, table: CharTable, index: TermIndex): TermSearch {
  return { folded, table, index, found: { hits: [], wording: [], seen: new Uint8Array(index.wordingCount) } };
}

/** The terms at a word's start; Arabic and Hebrew conjunctions, prepositions and the article are written with their word. */
export function matchAtWord(search: TermSearch, at: number): void {
  if (search.found.hits.length >= HITS_LIMIT) return;
  matchTerm(search, at);
  const first = search.folded.units[at] as number;
  if (first < 0x05d0 || first > 0x064a) return;
  if (first <= 0x05ea) matchBehindHebrew(search, at);
  else if (first >= 0x0620) matchBehindArabic(search, at);
}

/** The terms at a character of a script without spaces. */
export function matchAtCharacter(search: TermSearch, at: number): void {
  if (search.found.hits.length < HITS_LIMIT && startsSyllable(search.folded.units, at)) matchTerm(search, at);
}

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

/** Up to three of them may follow one another: "and that in the …". */
function matchBehindHebrew(search: TermSearch, at: number): void {
  const { folded, table } = search;
  for (let start = at; start < at + 3 && HEBREW_PROCLITICS.has(folded.units[start] as number); start += 1) {
    if (table.kind[folded.units[start + 1] as number] !== KIND_WORD) return;
    matchTerm(search, start + 1);
  }
}

const HEBREW_PROCLITICS: ReadonlySet<number> = new Set([0x05d5, 0x05d4, 0x05d1, 0x05dc, 0x05de, 0x05e9, 0x05db]);

function matchBehindArabic(search: TermSearch, at: number): void {
  const { folded } = search;
  let start = at;
  const first = folded.units[at] as number;
  if (ARABIC_PROCLITICS.has(first)) {
    start += 1;
    matchTerm(search, start);
  }
  if (folded.units[start] === 0x0627 && folded.units[start + 1] === 0x0644) {
    matchTerm(search, start + 2);
  }
}

const ARABIC_PROCLITICS: ReadonlySet<number> = new Set([0x0648, 0x0641, 0x0628, 0x0644, 0x0643]);

/** Walks the trie from one position and records every term that ends properly; the caller keeps the longest. */
function matchTerm({ folded, table, index, found }: TermSearch, start: number): void {
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

function record(index: TermIndex, list: number, start: number, end: number, found: FoundTerms): void {
  for (const entry of index.termLists[list - 1] ?? []) found.hits.push({ entry, start, end });
}

function noteWording(found: FoundTerms, number: number, start: number, end: number): void {
  if (found.seen[number] === 1) return;
  found.seen[number] = 1;
  found.wording.push({ number, start, end });
}
