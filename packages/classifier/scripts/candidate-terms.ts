// Which words may get a strength: those that several asks of several independent sources use. A word of one source tells
// its author, not the tier, and one that stands in every wording of a single ask tells the ask.
import { buildCharTable, type CharTable, KIND_UNSPACED, KIND_WORD } from '../src/char-table.ts';
import { foldText } from '../src/fold-text.ts';
import { splitAsk } from '../src/split-ask.ts';
import type { LabelledRow } from './labelled-rows.ts';

const LEAST_ASKS = 3;
const LEAST_ASKS_OF_PAIR = 4;
const LEAST_SOURCES = 2;
/** Longest run of characters that is a term in a script without spaces. */
const LONGEST_RUN = 3;
/** Word starts stand for the forms of a word that no row has: of long words, and of Korean ones, which carry endings. */
const LONG_WORD = 7;
const START_OF_LONG_WORD = 5;
const LONG_HANGUL_WORD = 3;
const START_OF_HANGUL_WORD = 2;
/** Space and hyphen: a term of two words matches over either. */
const JOINTS: ReadonlySet<number> = new Set([0x20, 0x2d]);

interface Use {
  readonly asks: Set<string>;
  readonly sources: Set<string>;
}

/** The terms, sorted. */
export function candidateTerms(rows: readonly LabelledRow[], textOf: (row: LabelledRow) => string): string[] {
  const table = buildCharTable();
  const uses = new Map<string, Use>();
  for (const row of rows) {
    for (const term of termsOf(textOf(row), table)) {
      const use = uses.get(term) ?? { asks: new Set<string>(), sources: new Set<string>() };
      use.asks.add(row.ask);
      use.sources.add(row.file);
      uses.set(term, use);
    }
  }
  const kept = [...uses].filter(([term, { asks, sources }]) => {
    const leastAsks = term.includes(' ') ? LEAST_ASKS_OF_PAIR : LEAST_ASKS;
    return asks.size >= leastAsks && sources.size >= LEAST_SOURCES;
  });
  return kept.map(([term]) => term).sort();
}

function termsOf(text: string, table: CharTable): ReadonlySet<string> {
  const folded = foldText(text, splitAsk(text).ask, table);
  const units = folded.units.subarray(0, folded.length);
  const terms = new Set<string>();
  addWords(units, table, terms);
  addRuns(units, table, terms);
  return terms;
}

/** Adds words, and pairs of words with nothing but a space or a hyphen between them; a number is no word. */
function addWords(units: Uint16Array, table: CharTable, terms: Set<string>): void {
  let previous: { readonly word: string; readonly end: number } | undefined;
  for (let start = 0; start < units.length; start += 1) {
    if (table.kind[units[start] as number] !== KIND_WORD) continue;
    let end = start;
    while (end < units.length && table.kind[units[end] as number] === KIND_WORD) end += 1;
    const word = String.fromCharCode(...units.subarray(start, end));
    const isNumber = word >= '0' && word < ':';
    if (!isNumber) addWord(word, terms);
    const isNext = previous?.end === start - 1 && JOINTS.has(units[start - 1] as number);
    if (!isNumber && isNext) terms.add(`${previous?.word} ${word}`);
    previous = isNumber ? undefined : { word, end };
    start = end;
  }
}

/** Adds the short runs of characters of scripts without spaces. */
function addRuns(units: Uint16Array, table: CharTable, terms: Set<string>): void {
  const isUnspaced = (unit: number): boolean => table.kind[unit] === KIND_UNSPACED;
  units.forEach((_, at) => {
    for (let size = 1; size <= LONGEST_RUN && at + size <= units.length; size += 1) {
      if (!isUnspaced(units[at + size - 1] as number)) return;
      terms.add(String.fromCharCode(...units.subarray(at, at + size)));
    }
  });
}

function addWord(word: string, terms: Set<string>): void {
  terms.add(word);
  const isHangul = word >= '\uac00' && word <= '\ud7a3';
  if (isHangul && word.length >= LONG_HANGUL_WORD) terms.add(`${word.slice(0, START_OF_HANGUL_WORD)}*`);
  if (!isHangul && word.length >= LONG_WORD) terms.add(`${word.slice(0, START_OF_LONG_WORD)}*`);
}
