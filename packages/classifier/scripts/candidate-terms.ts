// Which words may get a strength: those that several independent sources use. A word of one source tells its author,
// not the tier.
import { buildCharTable, type CharTable, KIND_UNSPACED, KIND_WORD } from '../src/char-table.ts';
import { foldText } from '../src/fold-text.ts';
import { splitAsk } from '../src/split-ask.ts';
import type { LabelledRow } from './labelled-rows.ts';

const LEAST_ROWS = 6;
const LEAST_SOURCES = 2;
/** Longest run of characters that is a term in a script without spaces. */
const LONGEST_RUN = 3;
/** Word starts stand for the forms of a word that no row has: of long words, and of Korean ones, which carry endings. */
const LONG_WORD = 7;
const START_OF_LONG_WORD = 5;
const LONG_HANGUL_WORD = 3;
const START_OF_HANGUL_WORD = 2;

interface Use {
  rows: number;
  readonly sources: Set<string>;
}

/** The terms, sorted. */
export function candidateTerms(
  rows: readonly LabelledRow[],
  askOf: (row: LabelledRow) => string,
  sourceOf: (row: LabelledRow) => string,
): string[] {
  const table = buildCharTable();
  const uses = new Map<string, Use>();
  for (const row of rows) {
    for (const term of termsOf(askOf(row), table)) {
      const use = uses.get(term) ?? { rows: 0, sources: new Set<string>() };
      use.rows += 1;
      use.sources.add(sourceOf(row));
      uses.set(term, use);
    }
  }
  const kept = [...uses].filter(([, use]) => use.rows >= LEAST_ROWS && use.sources.size >= LEAST_SOURCES);
  return kept.map(([term]) => term).sort();
}

function termsOf(text: string, table: CharTable): ReadonlySet<string> {
  const { units, length } = foldText(text, splitAsk(text).ask, table);
  const terms = new Set<string>();
  let word: number[] = [];
  const endWord = () => {
    const isNumber = (word[0] ?? 0) >= 0x30 && (word[0] ?? 0) <= 0x39;
    if (word.length > 0 && !isNumber) addWord(word, terms);
    word = [];
  };
  for (let at = 0; at < length; at += 1) {
    const unit = units[at] as number;
    const kind = table.kind[unit];
    if (kind === KIND_WORD) word.push(unit);
    else endWord();
    if (kind !== KIND_UNSPACED) continue;
    for (let size = 1; size <= LONGEST_RUN; size += 1) {
      const run = units.subarray(at, at + size);
      if (run.length === size && run.every((each) => table.kind[each] === KIND_UNSPACED)) {
        terms.add(String.fromCharCode(...run));
      }
    }
  }
  endWord();
  return terms;
}

function addWord(word: readonly number[], terms: Set<string>): void {
  terms.add(String.fromCharCode(...word));
  const isHangul = (word[0] ?? 0) >= 0xac00 && (word[0] ?? 0) <= 0xd7a3;
  if (isHangul && word.length >= LONG_HANGUL_WORD) {
    terms.add(`${String.fromCharCode(...word.slice(0, START_OF_HANGUL_WORD))}*`);
  } else if (!isHangul && word.length >= LONG_WORD) {
    terms.add(`${String.fromCharCode(...word.slice(0, START_OF_LONG_WORD))}*`);
  }
}
