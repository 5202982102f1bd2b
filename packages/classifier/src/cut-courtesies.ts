// Takes greetings and thanks off both ends of an ask: "Hi, …", "… Many thanks!". They say nothing about the work, and a
// tier must not move with manners. An ask of nothing else stays as it is.
import { type CharTable, KIND_SPACE, KIND_UNSPACED, KIND_WORD } from './char-table.ts';
import { FAMILIES } from './dimensions.ts';
import { BREAK, type FoldedText } from './fold-text.ts';
import type { TermHit } from './match-terms.ts';

const GREETING = FAMILIES.indexOf('greeting');
/** Folded units that end a phrase: full stops and their like, commas, colons. */
const ENDS: ReadonlySet<number> = new Set([
  BREAK,
  0x2e,
  0x21,
  0x3f,
  0x2c,
  0x3a,
  0x3b,
  0x3001,
  0x3002,
  0x060c,
  0x061f,
  0x06d4,
  0x0964,
]);
const HYPHEN = 0x2d; // and, folded, every dash

interface Phrase {
  readonly start: number;
  end: number;
  letters: number;
  /** Letters that belong to a courtesy. */
  courteous: number;
}

/** The text without its courtesies; the same object when there is nothing to take off. */
export function cutCourtesies(folded: FoldedText, hits: readonly TermHit[], table: CharTable): FoldedText {
  const greetings = hits.filter(({ entry }) => entry.group === GREETING);
  if (greetings.length === 0) return folded;
  const phrases = phrasesOf(folded, greetings, table);
  const asks = phrases.filter((phrase) => phrase.letters > phrase.courteous);
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
  let phrase: Phrase = { start: 0, end: 0, letters: 0, courteous: 0 };
  for (let at = 0; at < folded.length; at += 1) {
    const unit = folded.units[at] as number;
    const kind = table.kind[unit];
    phrase.end = at + 1;
    if (kind === KIND_WORD || kind === KIND_UNSPACED) {
      phrase.letters += 1;
      phrase.courteous += covered[at] as number;
    }
    if (!ENDS.has(unit) && !isDash(folded, at, table)) continue;
    if (phrase.letters > 0) phrases.push(phrase);
    phrase = { start: at + 1, end: at + 1, letters: 0, courteous: 0 };
  }
  if (phrase.letters > 0) phrases.push(phrase);
  return phrases;
}

/** A hyphen with a space in front and behind. */
function isDash({ units }: FoldedText, at: number, table: CharTable): boolean {
  const isSpace = (unit: number | undefined): boolean => unit !== undefined && table.kind[unit] === KIND_SPACE;
  return units[at] === HYPHEN && isSpace(units[at - 1]) && isSpace(units[at + 1]);
}

/** The origin of what follows stays, because a span ends there. */
function part({ units, origins, camelJoints }: FoldedText, start: number, end: number): FoldedText {
  const keptOrigins = origins.subarray(start, end + 1);
  return { units: units.subarray(start, end), origins: keptOrigins, length: end - start, camelJoints };
}
