// Turns parameters into what the request path reads, when a snapshot is applied: tries, tables, shifted boundaries.
import { buildCharTable, type CharTable } from './char-table.ts';
import { FAMILIES } from './dimensions.ts';
import { learntModel } from './learnt-model.ts';
import { learntWording } from './learnt-wording.ts';
import { AUXILIARY_GROUPS, defaultLexicons, type LexiconSource } from './lexicons/index.ts';
import { type LearntModel, POINTS_PER_LOG_ODDS, readWording, type WordingTerm } from './model.ts';
import type { Boundaries, ClassifierParameters } from './parameters.ts';
import { buildTermIndex, type TermEntry, type TermIndex } from './term-index.ts';
import { countedLead } from './weigh-evidence.ts';

/** A classifier that is ready for requests. Opaque to callers. */
export interface CompiledClassifier {
  readonly parameters: ClassifierParameters;
  readonly table: CharTable;
  readonly terms: TermIndex;
  readonly model: LearntModel;
  /** For MEDIUM, COMPLEX and REASONING, three numbers for each term of the wording. */
  readonly wordingStrengths: Int32Array;
  /** Bit masks over the languages: those whose script alone identifies them, and English, whose terms go everywhere. */
  readonly alwaysActive: number;
  readonly boundaries: readonly number[];
  readonly groupBoundaries: ReadonlyMap<string, readonly number[]>;
}

/** Groups of terms: the families, then the auxiliary lists that steer the reading and carry no weight. */
export const TERM_GROUPS: readonly string[] = [...FAMILIES, ...AUXILIARY_GROUPS];

/** Languages fit into one 31-bit mask. */
export const LANGUAGES_LIMIT = 31;

/** What `classifier:fit` learns; fitting and its tests bring their own. */
export interface LearntParts {
  readonly model: LearntModel;
  readonly wording: readonly WordingTerm[];
}

/**
 * Compiles parameters: some 200 ms of work the first time, so never on the request path. Pass the classifier in force as
 * `previous` when parameters change: its tables are reused, and its tries too unless lexicons changed, which leaves
 * next to nothing to do.
 */
export function compileClassifier(
  parameters: ClassifierParameters,
  previous?: CompiledClassifier,
  learnt?: LearntParts,
): CompiledClassifier {
  const shift = boundaryShift(parameters);
  const table = previous?.table ?? buildCharTable();
  const isSameLexicon = JSON.stringify(parameters.lexicons) === JSON.stringify(previous?.parameters.lexicons);
  const lexicon =
    previous !== undefined && isSameLexicon
      ? previous
      : compileLexicon(parameters, table, learnt?.wording ?? readWording(learntWording));
  return {
    parameters,
    table,
    model: learnt?.model ?? learntModel,
    wordingStrengths: lexicon.wordingStrengths,
    terms: lexicon.terms,
    alwaysActive: lexicon.alwaysActive,
    boundaries: shifted(parameters.boundaries, shift),
    groupBoundaries: new Map(
      Object.entries(parameters.groupBoundaries).map(([group, boundaries]) => [group, shifted(boundaries, shift)]),
    ),
  };
}

function compileLexicon(
  parameters: ClassifierParameters,
  table: CharTable,
  wording: readonly WordingTerm[],
): Pick<CompiledClassifier, 'terms' | 'alwaysActive' | 'wordingStrengths'> {
  const lexicons = mergeLexicons(parameters);
  const languages = [...lexicons.keys()];
  if (languages.length > LANGUAGES_LIMIT) throw new RangeError(`at most ${LANGUAGES_LIMIT} lexicon languages`);
  const entries: TermEntry[] = [];
  let alwaysActive = 0;
  languages.forEach((language, bit) => {
    const source = lexicons.get(language) as Map<string, readonly string[]>;
    if (language === 'en' || !source.has('function')) alwaysActive |= 1 << bit;
    for (const [group, terms] of source) {
      for (const term of terms) entries.push(readTerm(term, TERM_GROUPS.indexOf(group), 1 << bit));
    }
  });
  const wordingTerms = wording.map(({ term }) => term);
  const wordingStrengths = Int32Array.from(wording.flatMap(({ strengths }) => strengths));
  return { terms: buildTermIndex(entries, wordingTerms, table), alwaysActive, wordingStrengths };
}

/** How much a `!term` counts against the 1 of an ordinary term; two ordinary ones outweigh no single strong one. */
export const STRONG_TERM = 4;

function readTerm(term: string, group: number, languages: number): TermEntry {
  const isStrong = term.startsWith('!');
  return { term: isStrong ? term.slice(1) : term, group, languages, strength: isStrong ? STRONG_TERM : 1 };
}

function mergeLexicons(parameters: ClassifierParameters): Map<string, Map<string, readonly string[]>> {
  const merged = new Map<string, Map<string, readonly string[]>>();
  for (const [language, source] of Object.entries(defaultLexicons)) merged.set(language, splitSource(source));
  for (const [language, lexicon] of Object.entries(parameters.lexicons)) {
    const target = merged.get(language) ?? new Map<string, readonly string[]>();
    for (const [family, terms] of Object.entries(lexicon)) target.set(family, terms);
    merged.set(language, target);
  }
  return merged;
}

function splitSource(source: LexiconSource): Map<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const [group, terms] of Object.entries(source)) {
    const list = terms.split(',').flatMap((term) => withOptionalComma(term.trim()));
    groups.set(
      group,
      list.filter((term) => term !== '' && term !== '*'),
    );
  }
  return groups;
}

/** `show; that`: many languages must write a comma there, and people often do not. */
function withOptionalComma(term: string): readonly string[] {
  return term.includes(';') ? [term.replaceAll(';', ','), term.replaceAll(';', '')] : [term];
}

/**
 * Going up is right where P(too low) x asymmetry > P(too high), that is from a lead of -ln(asymmetry) log-odds on; the
 * uncertain margin caps it, so that no asymmetry moves a clear decision.
 */
function boundaryShift(parameters: ClassifierParameters): number {
  const wanted = Math.round(countedLead(POINTS_PER_LOG_ODDS * Math.log(parameters.costAsymmetry)));
  const margin = Math.round(parameters.uncertainMargin);
  return Math.max(-margin, Math.min(margin, wanted));
}

function shifted(boundaries: Boundaries, shift: number): readonly number[] {
  return [boundaries.medium - shift, boundaries.complex - shift, boundaries.reasoning - shift];
}
