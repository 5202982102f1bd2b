// From scanned text and conversation to one value between 0 and 1 per dimension. Only + - * / on doubles, whose results
// IEEE 754 fixes bit for bit, so every pod computes the same.
import { type CompiledClassifier, LANGUAGES_LIMIT, STRONG_TERM, TERM_GROUPS } from './compile-classifier.ts';
import { type Dimension, FAMILIES, type Family } from './dimensions.ts';
import type { FoldedText } from './fold-text.ts';
import type { TermHit, WordingFind } from './match-terms.ts';
import type { ClassifierRequest } from './request.ts';
import type { TextScan } from './scan-text.ts';
import type { AskParts } from './split-ask.ts';
import type { TextRange } from './text-range.ts';

/** The value of a dimension and where it comes from, as positions in the asking message's text. */
export interface Measurement {
  readonly value: number;
  readonly spans: readonly TextRange[];
}

/** The values of all dimensions. */
export type Measurements = Readonly<Record<Dimension, Measurement>>;

/** What `measureAsk` reads. */
export interface AskReading {
  readonly request: ClassifierRequest;
  /** The indices of messages that are the output of a tool. */
  readonly toolOutputs: ReadonlySet<number>;
  readonly parts: AskParts;
  readonly folded: FoldedText;
  readonly scan: TextScan;
  readonly compiled: CompiledClassifier;
  readonly hits: readonly TermHit[];
}

const SPANS_LIMIT = 16; // enough to explain; keeps an explanation smaller than its prompt
const TASK_FAMILIES = ['reason', 'design', 'write', 'debug'] as const;
const BRIEF_WORDS = 10;
const FUNCTION_GROUP = TERM_GROUPS.indexOf('function');

/** Measures every dimension of an ask. */
export function measureAsk(reading: AskReading): Measurements {
  const { parts, scan } = reading;
  const conversation = measureConversation(reading.request, reading.toolOutputs);
  const isOneQuestion = scan.endsInQuestion && scan.sentences <= 1;
  const shape = {
    length5: saturate(scan.words, 5),
    length15: saturate(scan.words, 15),
    length40: saturate(scan.words, 40),
    length120: saturate(scan.words, 120),
    brevity: Math.max(0, 1 - scan.words / BRIEF_WORDS),
    sentences: saturate(scan.sentences - 1, 4),
    interrogative: scan.endsInQuestion ? 1 : 0,
    questions: saturate(scan.questions - 1, 2),
    commas: saturate(scan.commas, 4),
    commaDensity: density(scan.commas, scan.words),
    colons: saturate(scan.colons, 2),
    lists: saturate(parts.listItems, 5),
    code: saturate(parts.fenceCount * 200 + parts.codeCharacters, 600),
    identifiers: saturate(scan.codeSigns + parts.inlineCodeCount, 6),
    mathematics: saturate(scan.mathSigns, 4),
    variables: saturate(variablesOf(reading), 3),
    numbers: saturate(scan.numbers, 5),
    numberDensity: density(scan.numbers, scan.words),
  };
  const measurements: Partial<Record<Dimension, Measurement>> = {};
  for (const [dimension, value] of Object.entries({ ...shape, ...conversation })) {
    measurements[dimension as Dimension] = { value, spans: [] };
  }
  FAMILIES.forEach((family, group) => {
    measurements[family] = measureFamily(reading, family, group);
  });
  // "…: inventory, cut-over, rollback" lists requirements when there is something to design; else commas are just commas.
  const enumeration = measurements.design?.value === 0 ? 0 : saturate(scan.commas, 4);
  measurements.enumeration = { value: enumeration, spans: [] };
  measurements.wording = measureWording(reading);
  const hasTask = TASK_FAMILIES.some((family) => (measurements[family]?.value ?? 0) > 0);
  const question = isOneQuestion ? shortness(hasTask ? scan.words : scan.words / 2) : 0;
  measurements.question = { value: question, spans: [] };
  return measurements as Measurements;
}

/** The conversation's dimensions as they were when the ask was the last message. */
export function measureOpening(
  request: ClassifierRequest,
  toolOutputs: ReadonlySet<number>,
  askIndex: number,
): Partial<Measurements> {
  const messages = request.messages.slice(0, askIndex + 1);
  const earlier = new Set([...toolOutputs].filter((at) => at <= askIndex));
  const values = Object.entries(measureConversation({ ...request, messages }, earlier));
  return Object.fromEntries(values.map(([dimension, value]) => [dimension, { value, spans: [] }]));
}

function measureConversation(request: ClassifierRequest, toolOutputs: ReadonlySet<number>) {
  let userTurns = 0;
  let images = 0;
  let characters = 0;
  request.messages.forEach(({ role, text, hasImage }, at) => {
    if (role === 'user' && !toolOutputs.has(at)) userTurns += 1;
    if (hasImage === true) images += 1;
    if (role !== 'system' && role !== 'developer') characters += text.length;
  });
  return {
    turns: saturate(userTurns - 1, 6),
    tools: (request.toolCount ?? 0) > 0 ? 1 : 0,
    toolResults: saturate(toolOutputs.size, 4),
    images: images > 0 ? 1 : 0,
    responseFormat: request.responseFormat === undefined || request.responseFormat === 'text' ? 0 : 1,
    context: saturate(characters, 20_000),
  };
}

/** Single letters that are no words of the language: Spanish "y", Polish "w". They do not tell which language it is. */
function variablesOf({ scan, compiled }: AskReading): number {
  if (scan.letters.length === 0) return 0;
  const isLetter = ({ start, end }: TermHit): boolean => end === start + 1;
  const languages = spokenLanguages(
    scan.hits.filter((hit) => !isLetter(hit)),
    compiled,
  );
  const isWord = ({ entry }: TermHit): boolean => entry.group === FUNCTION_GROUP && (entry.languages & languages) !== 0;
  const words = new Set(scan.hits.filter((hit) => isLetter(hit) && isWord(hit)).map(({ start }) => start));
  return scan.letters.filter((at) => !words.has(at)).length;
}

/** Distinct terms count; a greeting counts by its share of the ask, so "hi, …" before a task weighs next to nothing. */
function measureFamily(reading: AskReading, family: Family, group: number): Measurement {
  const terms = new Set<string>();
  const spans: TextRange[] = [];
  let covered = 0;
  let strength = 0;
  for (const hit of reading.hits) {
    if (hit.entry.group !== group) continue;
    if (!terms.has(hit.entry.term)) strength += hit.entry.strength;
    terms.add(hit.entry.term);
    covered += hit.end - hit.start;
    if (spans.length < SPANS_LIMIT) spans.push(originalSpan(reading.folded, hit));
  }
  if (family === 'greeting') return { value: shareOf(covered, reading.folded.length), spans };
  const value = saturate(strength, STRONG_TERM);
  // "What is …" opens a question of fact when little follows; in a long ask it is just how people write.
  return { value: family === 'fact' ? value * shortness(reading.scan.words) : value, spans };
}

/** All or nothing: how much the words say is in their strengths. The spans are those of the words that say most. */
function measureWording({ scan, folded, compiled }: AskReading): Measurement {
  const spans = mostTelling(scan.wording, compiled).map((find) => originalSpan(folded, find));
  return { value: scan.wording.length > 0 ? 1 : 0, spans };
}

/** The finds whose strengths differ most from tier to tier, the greatest first; of those that overlap the first alone. */
function mostTelling(finds: readonly WordingFind[], { wordingStrengths }: CompiledClassifier): readonly WordingFind[] {
  const kept: { readonly find: WordingFind; readonly spread: number }[] = [];
  for (const find of finds) {
    const spread = spreadAt(wordingStrengths, 3 * find.number);
    if (kept.length === SPANS_LIMIT && spread <= (kept.at(-1)?.spread ?? 0)) continue;
    const place = kept.findIndex((other) => other.spread < spread);
    kept.splice(place === -1 ? kept.length : place, 0, { find, spread });
    if (kept.length > SPANS_LIMIT) kept.pop();
  }
  const overlaps = (one: WordingFind, other: WordingFind): boolean => one.start < other.end && other.start < one.end;
  return kept
    .map(({ find }) => find)
    .filter((find, at, all) => !all.slice(0, at).some((stronger) => overlaps(find, stronger)));
}

/** How far the strengths of a term lie apart, SIMPLE's 0 among them. */
function spreadAt(strengths: Int32Array, at: number): number {
  const medium = strengths[at] as number;
  const complex = strengths[at + 1] as number;
  const reasoning = strengths[at + 2] as number;
  return Math.max(0, medium, complex, reasoning) - Math.min(0, medium, complex, reasoning);
}

function shareOf(covered: number, total: number): number {
  return total === 0 ? 0 : Math.min(1, covered / Math.max(1, total - 1));
}

/** From the first unit's character to the next one's: what lies between, such as marks, belongs to the last. */
function originalSpan({ origins }: FoldedText, hit: Pick<TermHit, 'start' | 'end'>): TextRange {
  const start = origins[hit.start] ?? 0;
  const last = origins[hit.end - 1] ?? start;
  return { start, end: Math.max(last + 1, origins[hit.end] ?? 0) };
}

/** 0 at 0, 1/2 at `half`, towards 1 for ever more. */
function saturate(amount: number, half: number): number {
  return amount <= 0 ? 0 : amount / (amount + half);
}

/** Signs for each word: 1/2 where there is one for four words, towards 1 in a mere list. */
function density(signs: number, words: number): number {
  return signs <= 0 ? 0 : signs / (signs + words / 4 + 1);
}

/** 1 for the shortest text, 1/2 at 20 words, towards 0. */
function shortness(words: number): number {
  return 20 / (20 + words);
}

/** The hits that count: of the languages spoken, and of those starting at one place the longest. */
export function selectHits(hits: readonly TermHit[], languages: number): readonly TermHit[] {
  const counts = ({ entry }: TermHit): boolean => (entry.languages & languages) !== 0 && entry.group < FAMILIES.length;
  const selected: TermHit[] = [];
  let coveredTo = -1;
  for (let at = 0; at < hits.length; ) {
    const start = (hits[at] as TermHit).start;
    let longest = 0;
    let next = at;
    for (; next < hits.length && (hits[next] as TermHit).start === start; next += 1) {
      const hit = hits[next] as TermHit;
      if (counts(hit)) longest = Math.max(longest, hit.end);
    }
    if (longest > coveredTo) {
      for (let same = at; same < next; same += 1) {
        const hit = hits[same] as TermHit;
        if (hit.end === longest && counts(hit)) selected.push(hit);
      }
      coveredTo = longest;
    }
    at = next;
  }
  return selected;
}

/**
 * Bit mask of the languages of a text: among those in the same script, the ones with at least half as many matching
 * terms as the best one, and those that are always active.
 */
export function spokenLanguages(hits: readonly TermHit[], { alwaysActive }: CompiledClassifier): number {
  const votesOfScript = Array.from({ length: SCRIPTS }, () => new Array<number>(LANGUAGES_LIMIT).fill(0));
  for (const { entry } of hits) {
    const votes = votesOfScript[scriptOf(entry.term.charCodeAt(0))] as number[];
    const weight = entry.group >= FAMILIES.length ? 2 : 1;
    for (let bits = entry.languages; bits !== 0; bits &= bits - 1) {
      const bit = 31 - Math.clz32(bits & -bits);
      votes[bit] = (votes[bit] ?? 0) + weight;
    }
  }
  let spoken = alwaysActive;
  for (const votes of votesOfScript) {
    const best = votes.reduce((most, count) => Math.max(most, count), 0);
    votes.forEach((count, bit) => {
      if (best > 0 && count * 2 >= best) spoken |= 1 << bit;
    });
  }
  return spoken;
}

const SCRIPTS = 4;

/** Latin, Cyrillic, Arabic, any other: so that the names of products in an Arabic ask do not outvote its Arabic. */
function scriptOf(code: number): number {
  if (code < 0x0370 || (code >= 0x1e00 && code <= 0x1eff)) return 0;
  if (code >= 0x0400 && code <= 0x052f) return 1;
  return code >= 0x0600 && code <= 0x06ff ? 2 : 3;
}
