// Takes greetings and thanks off both ends of an ask: "Hi, …", "… Many thanks!". They say nothing about the work, and a
// tier must not move with manners. An ask of nothing else stays as it is.
import { type CharTable, KIND_UNSPACED, KIND_WORD } from './char-table.ts';
import { FAMILIES } from './dimensions.ts';
import { BREAK, type FoldedText } from './fold-text.ts';
import type { TermHit } from './scan-text.ts';

const GREETING = FAMILIES.indexOf('greeting');
/** Where a phrase ends: full stops and their like, commas, colons and dashes. */
const ENDS: ReadonlySet<number> = new Set([
  BREAK,
  0x2e,
  0x21,
  0x3f,
  0x2c,
  0x3a,
  0x3b,
  0x2013,
  0x2014,
  0x3001,
  0x3002,
  0x060c,
  0x061f,
  0x06d4,
  0x0964,
  0xff0c,
]);

interface Phrase {
  readonly start: number;
  end: number;
  words: number;
  courtesies: number;
}

/** The text without its courtesies; the same object when there is nothing to take off. */
export function cutCourtesies(folded: FoldedText, hits: readonly TermHit[], table: CharTable): FoldedText {
  const greetings = hits.filter(({ entry }) => entry.group === GREETING);
  if (greetings.length === 0) return folded;
  const phrases = phrasesOf(folded, greetings, table);
  const asks = phrases.filter((phrase) => phrase.words > phrase.courtesies);
  const [first] = asks;
  const last = asks.at(-1);
  if (first === undefined || last === undefined) return folded;
  const isWhole = first === phrases[0] && last === phrases.at(-1);
  return isWhole ? folded : part(folded, first.start, last.end);
}

function phrasesOf(folded: FoldedText, greetings: readonly TermHit[], table: CharTable): readonly Phrase[] {
  const covered = new Uint8Array(folded.length);
  for (const { start, end } of greetings) covered.fill(1, start, end);
  const phrases: Phrase[] = [];
  let phrase: Phrase = { start: 0, end: 0, words: 0, courtesies: 0 };
  for (let at = 0; at < folded.length; at += 1) {
    const unit = folded.units[at] as number;
    const kind = table.kind[unit];
    phrase.end = at + 1;
    if (kind === KIND_WORD || kind === KIND_UNSPACED) {
      phrase.words += 1;
      phrase.courtesies += covered[at] as number;
    }
    if (!ENDS.has(unit)) continue;
    if (phrase.words > 0) phrases.push(phrase);
    phrase = { start: at + 1, end: at + 1, words: 0, courtesies: 0 };
  }
  if (phrase.words > 0) phrases.push(phrase);
  return phrases;
}

function part({ units, origins, camelJoints }: FoldedText, start: number, end: number): FoldedText {
  return { units: units.subarray(start, end), origins: origins.subarray(start, end), length: end - start, camelJoints };
}
