// One pass over folded text: counts words, sentences and signs, and collects the terms that match at word starts.
import { type CharTable, KIND_OTHER, KIND_UNSPACED, KIND_WORD } from './char-table.ts';
import { countSign, isQuestionMark, isSentenceEnd, newSigns } from './count-signs.ts';
import { BREAK, type FoldedText } from './fold-text.ts';
import { matchAtCharacter, matchAtWord, newSearch, type TermHit, type WordingFind } from './match-terms.ts';
import type { TermIndex } from './term-index.ts';

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

const APOSTROPHE = 0x27; // all forms of it fold to this one
const IDEOGRAPHS_PER_WORD = 2;
const LETTERS_PER_WORD = 5; // of the alphabets that write without spaces, such as Thai
const SYLLABLES_PER_WORD = 2.5;

/** Scans the folded text once. */
export function scanText(folded: FoldedText, table: CharTable, index: TermIndex): TextScan {
  const { units, length } = folded;
  const search = newSearch(folded, table, index);
  const counts: WordCounts = { words: 0, ideographs: 0, unspaced: 0, syllables: 0, numbers: 0 };
  const letters: number[] = [];
  const signs = newSigns();
  let previous = KIND_OTHER;
  for (let at = 0; at < length; at += 1) {
    const unit = units[at] as number;
    const kind = table.kind[unit] as number;
    if (kind === KIND_WORD) {
      countWordUnit(counts, unit, previous !== KIND_WORD);
      if (previous !== KIND_WORD) {
        if (isSingleLetter(units, table, at)) letters.push(at);
        matchAtWord(search, at);
      }
      signs.last = unit;
    } else if (kind === KIND_UNSPACED) {
      if (unit < FIRST_EAST_ASIAN) counts.unspaced += 1;
      else counts.ideographs += 1;
      matchAtCharacter(search, at);
      signs.last = unit;
    } else if (kind === KIND_OTHER) {
      countSign(signs, folded, table, at);
    }
    previous = kind;
  }
  return {
    hits: search.found.hits,
    wording: search.found.wording,
    words: wordsOf(counts),
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

interface WordCounts {
  /** Of the alphabets with spaces. */
  words: number;
  ideographs: number;
  /** Letters of the alphabets without spaces. */
  unspaced: number;
  syllables: number;
  numbers: number;
}

function countWordUnit(counts: WordCounts, unit: number, isStart: boolean): void {
  if (isHangul(unit)) counts.syllables += 1;
  else if (isStart && unit >= 0x30 && unit <= 0x39) counts.numbers += 1;
  else if (isStart) counts.words += 1;
}

function wordsOf({ words, ideographs, unspaced, syllables }: WordCounts): number {
  return (
    words +
    Math.ceil(ideographs / IDEOGRAPHS_PER_WORD) +
    Math.ceil(unspaced / LETTERS_PER_WORD) +
    Math.ceil(syllables / SYLLABLES_PER_WORD)
  );
}

function isHangul(unit: number): boolean {
  return unit >= 0xac00 && unit <= 0xd7a3;
}

/** Han, kana and their like begin here; what is written without spaces below are alphabets. */
const FIRST_EAST_ASIAN = 0x2e80;

/** A letter by itself, not the end of a shortened word ("it's"). */
function isSingleLetter(units: Uint16Array, table: CharTable, at: number): boolean {
  const unit = units[at] as number;
  if (unit < 0x62 || unit > 0x7a || unit === 0x69 || table.kind[units[at + 1] ?? BREAK] === KIND_WORD) return false;
  return units[at - 1] !== APOSTROPHE;
}
