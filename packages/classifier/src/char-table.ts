// How single UTF-16 units are folded and classed. Stronger than NFKC + case folding: accents of Latin, Greek and
// Cyrillic letters, vowel points and zero-width characters go too, because people type without them or hide behind them.
// Letters that only differ in shape (final forms, the Persian and the Arabic kaf) become one.

/** Character classes after folding. */
export const KIND_OTHER = 0;
export const KIND_WORD = 1;
/** Scripts that write without spaces: every character may start a term. */
export const KIND_UNSPACED = 2;
export const KIND_SPACE = 3;

/** Folded unit for supplementary ideographs: one placeholder that matches no term but counts as text. */
export const SUPPLEMENTARY_IDEOGRAPH = 0x3400;
const REPLACEMENT = 0xfffd;
const LONGEST_EXPANSION = 4;

/** Look-up tables for the Basic Multilingual Plane, plus the few characters that fold to several units. */
export interface CharTable {
  /** Folded unit; 0 drops the character; `EXPANDS` means: see `expansions`. */
  readonly fold: Uint16Array;
  readonly kind: Uint8Array;
  readonly expansions: ReadonlyMap<number, readonly number[]>;
}

/** Marks a unit whose folded form is longer than one unit; the code point itself is a noncharacter. */
export const EXPANDS = 0xffff;

/** Builds the tables; some 25,000 short normalisations, so once per compiled classifier and not per request. */
export function buildCharTable(): CharTable {
  const fold = new Uint16Array(65_536);
  const kind = new Uint8Array(65_536);
  const expansions = new Map<number, readonly number[]>();
  for (let code = 0; code < 65_536; code += 1) {
    const range = unchangedRange(code);
    if (range !== undefined) {
      fold[code] = code;
      kind[code] = range;
    } else {
      foldOne(code, fold, expansions);
      kind[code] = classOf(code);
    }
  }
  for (let code = 0x1d400; code <= 0x1d7ff; code += 1) {
    const [first] = foldedUnits(String.fromCodePoint(code));
    expansions.set(code, [first ?? REPLACEMENT]);
  }
  return { fold, kind, expansions };
}

/** The folded units of one character. */
function foldedUnits(character: string): number[] {
  const decomposed = character.normalize('NFKC').toLowerCase().normalize('NFKD');
  if (decomposed.length === 1) return unitsOf(SPECIAL.get(decomposed) ?? decomposed);
  const units: number[] = [];
  for (const part of decomposed) units.push(...unitsOf(SPECIAL.get(part) ?? part));
  // Only alphabets lose their marks; elsewhere a mark is part of a letter, so what decomposed is composed again.
  return units.length < 2 ? units : unitsOf(String.fromCharCode(...units).normalize('NFC'));
}

function unitsOf(text: string): number[] {
  const units: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80 || !isIgnored(code)) units.push(code);
  }
  return units;
}

// Zero-width and format characters, and the marks of Latin, Greek, Cyrillic, Hebrew, Arabic and (nukta only) Hindi.
const IGNORED_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00ad, 0x00ad],
  [0x0300, 0x036f],
  [0x0591, 0x05c7],
  [0x0600, 0x0605],
  [0x0610, 0x061c],
  [0x0640, 0x0640],
  [0x064b, 0x065f],
  [0x0670, 0x0670],
  [0x06d6, 0x06ed],
  [0x093c, 0x093c],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
];

function isIgnored(code: number): boolean {
  return IGNORED_RANGES.some(([first, last]) => code >= first && code <= last);
}

const SPECIAL: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['đ', 'd'],
  ['ł', 'l'],
  ['ø', 'o'],
  ['ı', 'i'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ς', 'σ'], // final in small letters only: capitals have one sigma
  ['ך', 'כ'],
  ['ם', 'מ'],
  ['ן', 'נ'],
  ['ף', 'פ'],
  ['ץ', 'צ'],
  ['\u06a9', '\u0643'], // Persian kaf, yeh and heh: which one is typed depends on the keyboard
  ['\u06cc', '\u064a'],
  ['\u06d5', '\u0647'],
  ['\u2019', "'"],
  ['\u2018', "'"],
  ['\u02bc', "'"],
  ['\u05be', '-'],
  ['\u2010', '-'],
  ['\u2013', '-'],
  ['\u2014', '-'],
  ['\u2212', '-'],
]);

function foldOne(code: number, fold: Uint16Array, expansions: Map<number, readonly number[]>): void {
  const units = foldedUnits(String.fromCharCode(code)).slice(0, LONGEST_EXPANSION);
  const [first] = units;
  if (units.length > 1) {
    fold[code] = EXPANDS;
    expansions.set(code, units);
  } else {
    fold[code] = first ?? 0;
  }
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]/u;
const SPACE = /\s/;

function classOf(code: number): number {
  const character = String.fromCharCode(code);
  if (SPACE.test(character)) return KIND_SPACE;
  if (UNSPACED.test(character)) return KIND_UNSPACED;
  return WORD.test(character) ? KIND_WORD : KIND_OTHER;
}

/** Large blocks that fold to themselves, with their class. */
function unchangedRange(code: number): number | undefined {
  if (code >= 0x3400 && code <= 0x9fff) return KIND_UNSPACED; // CJK unified ideographs
  if (code >= 0xac00 && code <= 0xd7a3) return KIND_WORD; // Hangul syllables
  if (code >= 0xd800 && code <= 0xf8ff) return KIND_OTHER; // surrogates, private use
  if (code >= 0xa000 && code <= 0xa4cf) return KIND_UNSPACED; // Yi
  return undefined;
}
