// Reads the `classifier` block of a configuration over the defaults, and reports every problem with its path.
import { LANGUAGES_LIMIT } from './compile-classifier.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import { DIMENSION_SIGNS, DIMENSIONS, type Dimension, FAMILIES, type Family } from './dimensions.ts';
import { defaultLexicons } from './lexicons/index.ts';
import { nearestName } from './nearest-name.ts';
import type { Boundaries, ClassifierParameters, Lexicon } from './parameters.ts';

/** One thing that is wrong, and where. */
export interface ParameterProblem {
  readonly path: string;
  readonly message: string;
}

/** Complete parameters, or every problem found. */
export type ParsedParameters =
  | { readonly ok: true; readonly parameters: ClassifierParameters }
  | { readonly ok: false; readonly problems: readonly ParameterProblem[] };

type Fields = Readonly<Record<string, unknown>>;
type Report = (path: string, message: string) => void;

const KEYS = ['boundaries', 'groupBoundaries', 'uncertainMargin', 'costAsymmetry', 'weights', 'lexicons'];
const LARGEST_FIGURE = 1_000_000; // points, or thousandths of a weight; keeps every sum exact
const LARGEST_ASYMMETRY = 100;
const GROUPS_LIMIT = 10_000;
const TERMS_LIMIT = 2_000; // per family and language
const ALL_TERMS_LIMIT = 20_000; // as many as are built in; a snapshot is applied within a fraction of a second
const TERM_CHARACTERS_LIMIT = 64;

/** Parses a configuration block; `path` is where it stands, e.g. `classifier`. Absent fields take their defaults. */
export function parseClassifierParameters(input: unknown, path: string): ParsedParameters {
  const problems: ParameterProblem[] = [];
  const report: Report = (at, message) => problems.push({ path: at, message });
  const defaults = defaultClassifierParameters;
  const fields = readObject(input, path, report) ?? {};
  refuseUnknown(fields, KEYS, path, report);
  const parameters: ClassifierParameters = {
    boundaries: readBoundaries(fields.boundaries, defaults.boundaries, `${path}.boundaries`, report),
    groupBoundaries: readGroups(fields.groupBoundaries, `${path}.groupBoundaries`, report),
    uncertainMargin: readMargin(fields.uncertainMargin, defaults.uncertainMargin, `${path}.uncertainMargin`, report),
    costAsymmetry: readAsymmetry(fields.costAsymmetry, defaults.costAsymmetry, `${path}.costAsymmetry`, report),
    weights: readWeights(fields.weights, defaults.weights, `${path}.weights`, report),
    lexicons: readLexicons(fields.lexicons, `${path}.lexicons`, report),
  };
  return problems.length === 0 ? { ok: true, parameters } : { ok: false, problems };
}

function readObject(input: unknown, path: string, report: Report): Fields | undefined {
  if (input === undefined) return undefined;
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Fields;
  report(path, 'must be an object');
  return undefined;
}

function refuseUnknown(fields: Fields, known: readonly string[], path: string, report: Report): void {
  for (const key of Object.keys(fields)) {
    if (!known.includes(key)) report(`${path}.${key}`, `unknown field; did you mean ${nearestName(key, known)}?`);
  }
}

function readNumber(input: unknown, fallback: number, path: string, report: Report): number {
  if (input === undefined) return fallback;
  if (typeof input === 'number' && Number.isFinite(input) && Math.abs(input) <= LARGEST_FIGURE) return input;
  report(path, `must be a number between -${LARGEST_FIGURE} and ${LARGEST_FIGURE}`);
  return fallback;
}

function readBoundaries(input: unknown, base: Boundaries, path: string, report: Report): Boundaries {
  const fields = readObject(input, path, report) ?? {};
  refuseUnknown(fields, ['medium', 'complex', 'reasoning'], path, report);
  let problems = 0;
  const count: Report = (at, message) => {
    problems += 1;
    report(at, message);
  };
  const medium = readNumber(fields.medium, base.medium, `${path}.medium`, count);
  const complex = readNumber(fields.complex, base.complex, `${path}.complex`, count);
  const reasoning = readNumber(fields.reasoning, base.reasoning, `${path}.reasoning`, count);
  // An unreadable figure was replaced by its default; comparing that would report a second, misleading problem.
  if (problems === 0 && medium >= complex) report(`${path}.complex`, `must be above medium (${medium})`);
  if (problems === 0 && complex >= reasoning) report(`${path}.reasoning`, `must be above complex (${complex})`);
  return { medium, complex, reasoning };
}

function readGroups(input: unknown, path: string, report: Report): Readonly<Record<string, Boundaries>> {
  const fields = readObject(input, path, report) ?? {};
  const names = Object.keys(fields);
  if (names.length > GROUPS_LIMIT) report(path, `has more than ${GROUPS_LIMIT} groups`);
  const base = defaultClassifierParameters.boundaries;
  const entries = names.slice(0, GROUPS_LIMIT).map((name) => {
    const at = `${path}.${name}`;
    const group = readObject(fields[name], at, report);
    for (const key of ['medium', 'complex', 'reasoning']) {
      if (group !== undefined && group[key] === undefined)
        report(`${at}.${key}`, 'is missing; state all three boundaries');
    }
    return [name, readBoundaries(group, base, at, report)] as const;
  });
  return Object.fromEntries(entries);
}

function readMargin(input: unknown, fallback: number, path: string, report: Report): number {
  const margin = readNumber(input, fallback, path, report);
  if (margin < 0) report(path, 'must not be negative');
  return margin;
}

function readAsymmetry(input: unknown, fallback: number, path: string, report: Report): number {
  const asymmetry = readNumber(input, fallback, path, report);
  const isInRange = asymmetry >= 1 / LARGEST_ASYMMETRY && asymmetry <= LARGEST_ASYMMETRY;
  if (!isInRange) report(path, `must be between ${1 / LARGEST_ASYMMETRY} and ${LARGEST_ASYMMETRY}`);
  return asymmetry;
}

function readWeights(
  input: unknown,
  base: Readonly<Record<Dimension, number>>,
  path: string,
  report: Report,
): Readonly<Record<Dimension, number>> {
  const fields = readObject(input, path, report) ?? {};
  refuseUnknown(fields, DIMENSIONS, path, report);
  const entries = DIMENSIONS.map((dimension) => {
    const weight = readNumber(fields[dimension], base[dimension], `${path}.${dimension}`, report);
    if (weight * DIMENSION_SIGNS[dimension] < 0) {
      report(`${path}.${dimension}`, DIMENSION_SIGNS[dimension] > 0 ? 'must not be negative' : 'must not be positive');
    }
    return [dimension, weight] as const;
  });
  return Object.fromEntries(entries) as Record<Dimension, number>;
}

function readLexicons(input: unknown, path: string, report: Report): Readonly<Record<string, Lexicon>> {
  const fields = readObject(input, path, report) ?? {};
  const languages = new Set([...Object.keys(defaultLexicons), ...Object.keys(fields)]);
  if (languages.size > LANGUAGES_LIMIT)
    report(path, `has more than ${LANGUAGES_LIMIT} languages with the built-in ones`);
  const lexicons: Record<string, Lexicon> = {};
  for (const [language, value] of Object.entries(fields)) {
    const at = `${path}.${language}`;
    if (!/^[a-z]{2,3}$/.test(language)) report(at, 'a language is two or three lower-case letters');
    const lexicon = readObject(value, at, report) ?? {};
    refuseUnknown(lexicon, FAMILIES, at, report);
    const entries = FAMILIES.filter((family) => lexicon[family] !== undefined);
    lexicons[language] = Object.fromEntries(
      entries.map((family): [Family, string[]] => [family, readTerms(lexicon[family], `${at}.${family}`, report)]),
    );
  }
  const terms = Object.values(lexicons).flatMap((lexicon) => Object.values(lexicon).flat());
  if (terms.length > ALL_TERMS_LIMIT) report(path, `has more than ${ALL_TERMS_LIMIT} terms`);
  return lexicons;
}

function readTerms(input: unknown, path: string, report: Report): string[] {
  if (!Array.isArray(input) || input.length > TERMS_LIMIT) {
    report(path, `must be a list of at most ${TERMS_LIMIT} terms`);
    return [];
  }
  return input.map((term: unknown, index) => {
    const isTerm = typeof term === 'string' && term.length <= TERM_CHARACTERS_LIMIT && /[\p{L}\p{N}]/u.test(term);
    if (!isTerm)
      report(`${path}[${index}]`, `must be text with a letter and at most ${TERM_CHARACTERS_LIMIT} characters`);
    return isTerm ? term : '';
  });
}
