// Counts the signs of folded text: sentences, questions, commas, and what mathematics and code are written with.
import { type CharTable, KIND_WORD } from './char-table.ts';
import { BREAK, type FoldedText } from './fold-text.ts';

const SEMICOLON = 0x3b;
const QUESTION_MARK = 0x3f;

/** The signs so far. */
export interface SignCounts {
  sentences: number;
  questions: number;
  commas: number;
  colons: number;
  math: number;
  code: number;
  /** The last unit of a word or at a sentence's end; brackets, quotation marks and emoji behind it say nothing. */
  last: number;
}

/** None yet. */
export function newSigns(): SignCounts {
  return { sentences: 0, questions: 0, commas: 0, colons: 0, math: 0, code: 0, last: 0 };
}

/** Counts one unit that belongs to no word and is no space. */
export function countSign(signs: SignCounts, folded: FoldedText, table: CharTable, at: number): void {
  const { units } = folded;
  const written = units[at] as number;
  const unit = written === SEMICOLON && isGreekQuestion(units, table, at) ? QUESTION_MARK : written;
  const next = units[at + 1] ?? BREAK;
  const nextKind = table.kind[next];
  if (isSentenceEnd(unit)) {
    const isEnd = unit >= 0x80 || nextKind !== KIND_WORD; // "3.5" and "example.org" go on
    if (isEnd && !isSentenceEnd(next)) signs.sentences += 1;
    if (isQuestionMark(unit) && !isQuestionMark(next)) signs.questions += 1;
    if (unit === 0x2e && nextKind === KIND_WORD && table.kind[units[at - 1] ?? BREAK] === KIND_WORD) signs.code += 0.25;
  } else if (COMMAS.has(unit)) {
    signs.commas += 1;
  } else if (COLONS.has(unit) && nextKind !== KIND_WORD) {
    signs.colons += 1;
    if (unit === SEMICOLON) signs.code += 0.5;
  } else if (isMathSign(unit)) {
    signs.math += 1;
  } else if (unit === 0x5c && nextKind === KIND_WORD) {
    signs.math += 1; // a LaTeX command
  } else if (unit === 0x24 && !isDollarAmount(units, at)) {
    signs.math += 0.5; // one side of an inline formula
  } else if (unit === 0x28 || unit === 0x7b || unit === 0x3b) {
    if (unit !== 0x28 || table.kind[units[at - 1] ?? BREAK] === KIND_WORD) signs.code += 0.5;
  }
  if (isSentenceEnd(unit)) signs.last = unit;
}

/** Greek asks with a semicolon: behind a word or a quotation, with Greek a little before; the word may be "API". */
function isGreekQuestion(units: Uint16Array, table: CharTable, at: number): boolean {
  const previous = units[at - 1] ?? BREAK;
  if (previous !== BREAK && table.kind[previous] !== KIND_WORD) return false;
  if (table.kind[units[at + 1] ?? BREAK] === KIND_WORD) return false;
  for (let before = at - 1; before >= 0 && before > at - GREEK_LOOK_BACK; before -= 1) {
    const unit = units[before] as number;
    if (unit >= 0x0370 && unit <= 0x03ff) return true;
  }
  return false;
}

const GREEK_LOOK_BACK = 32;

/** `$5`, `$1.200 `: money. `$x$`, `$10$`: a formula. */
function isDollarAmount(units: Uint16Array, at: number): boolean {
  let next = at + 1;
  const limit = next + 12;
  while (next < limit && isFigure(units[next] ?? BREAK)) next += 1;
  return next > at + 1 && units[next] !== 0x24;
}

function isFigure(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x2e || unit === 0x2c;
}

/** Colons and semicolons; within a word, as in a time of day, they join nothing. */
const COLONS: ReadonlySet<number> = new Set([0x3a, 0x3b, 0x061b]);

const COMMAS: ReadonlySet<number> = new Set([0x2c, 0x3001, 0x060c]);

/** A full stop or its like. */
export function isSentenceEnd(unit: number): boolean {
  if (unit < 0x80) return unit === 0x2e || unit === 0x21 || unit === 0x3f;
  return unit === 0x3002 || unit === 0x0964 || unit === 0x061f || unit === 0x06d4;
}

/** A question mark; a Greek one counts as one already. */
export function isQuestionMark(unit: number): boolean {
  return unit === 0x3f || unit === 0x061f;
}

/** `= ^ < >`, and the arithmetic, relation, set and integral signs of Unicode. */
function isMathSign(unit: number): boolean {
  if (unit < 0x80) return unit === 0x3d || unit === 0x5e || unit === 0x3c || unit === 0x3e || unit === 0x2b;
  return unit === 0xd7 || unit === 0xf7 || unit === 0xb1 || (unit >= 0x2200 && unit <= 0x22ff);
}
