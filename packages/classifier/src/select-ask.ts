// Which message is the ask: the last one of the user that asks. One that only says "go on" means the one before it, and
// what a tool returned is none.
import { KIND_OTHER, KIND_SPACE } from './char-table.ts';
import type { CompiledClassifier } from './compile-classifier.ts';
import { STRONG_TERM, TERM_GROUPS } from './compile-classifier.ts';
import { FAMILIES, type Family } from './dimensions.ts';
import { BREAK, type FoldedText, foldText } from './fold-text.ts';
import type { TermHit } from './match-terms.ts';
import { selectHits, spokenLanguages } from './measure-ask.ts';
import type { ClassifierMessage } from './request.ts';
import { scanText } from './scan-text.ts';

const LONGEST_CONTINUATION = 80; // characters; "keep going, and use the other method this time" has 46
const MOST_WORDS = 12;
const LOOK_BACK_TURNS = 32; // "yes" after "go on" still means the ask before both; a bound for the work alone
const CONTINUE_GROUP = TERM_GROUPS.indexOf('continue');
/** Who says one of these besides "go on" asks for something else. */
const ASKING: readonly Family[] = ['reason', 'design', 'write', 'fact', 'debug', 'greeting'];

/** The index of the message to read, or -1 when there is none of a user. */
export function selectAsk(
  messages: readonly ClassifierMessage[],
  toolOutputs: ReadonlySet<number>,
  compiled: CompiledClassifier,
): number {
  let last = -1;
  let turns = 0;
  for (let at = messages.length - 1; at >= 0 && turns < LOOK_BACK_TURNS; at -= 1) {
    const message = messages[at];
    if (message?.role !== 'user') continue;
    if (last === -1) last = at;
    if (toolOutputs.has(at)) continue;
    if (!isContinuation(message, compiled)) return at;
    turns += 1;
  }
  return last;
}

/** True when a short message says nothing at all, or "go on" in some language and asks for nothing else. */
function isContinuation({ text, hasImage }: ClassifierMessage, compiled: CompiledClassifier): boolean {
  if (text.length > LONGEST_CONTINUATION) return false;
  const folded = foldText(text, [{ start: 0, end: text.length }], compiled.table);
  if (isBlank(folded, compiled)) return hasImage !== true;
  const { hits, words, questions } = scanText(folded, compiled.table, compiled.terms);
  const going = hits.filter(({ entry }) => entry.group === CONTINUE_GROUP);
  if (going.length === 0) return false;
  if (coversAll(folded, going, compiled)) return true;
  const isPlain = words <= MOST_WORDS && questions === 0 && going.some(({ entry }) => entry.strength === STRONG_TERM);
  if (!isPlain) return false;
  const counted = selectHits(hits, spokenLanguages(hits, compiled));
  return !counted.some((hit) => asks(hit) && !going.some((each) => overlaps(hit, each)));
}

function isBlank({ units, length }: FoldedText, { table }: CompiledClassifier): boolean {
  return units.subarray(0, length).every((unit) => unit === BREAK || table.kind[unit] === KIND_SPACE);
}

function coversAll(folded: FoldedText, going: readonly TermHit[], { table }: CompiledClassifier): boolean {
  const covered = new Uint8Array(folded.length);
  for (const { start, end } of going) covered.fill(1, start, end);
  for (let at = 0; at < folded.length; at += 1) {
    const kind = table.kind[folded.units[at] as number];
    if (covered[at] === 0 && kind !== KIND_SPACE && kind !== KIND_OTHER) return false;
  }
  return true;
}

function asks({ entry }: TermHit): boolean {
  return ASKING.some((family) => FAMILIES[entry.group] === family);
}

function overlaps(one: TermHit, other: TermHit): boolean {
  return one.start < other.end && other.start < one.end;
}
