// Folds the parts of a text that count as the ask into one array of UTF-16 units, remembering where each came from.
import { type CharTable, EXPANDS, KIND_SPACE, SUPPLEMENTARY_IDEOGRAPH } from './char-table.ts';
import type { TextRange } from './text-range.ts';

/** Folded units with the index in the source text that each stands for. */
export interface FoldedText {
  readonly units: Uint16Array;
  readonly origins: Int32Array;
  readonly length: number;
  /** Lower-case ASCII letters directly followed by upper-case ones: the joints of camelCase. */
  readonly camelJoints: number;
}

/** Stands between two ranges: neither word nor space, so no term crosses it. */
export const BREAK = 0x0001;
const SPACE = 0x20;

/** Folds the given ascending ranges of a text; runs of white space become one space. */
export function foldText(text: string, ranges: readonly TextRange[], table: CharTable): FoldedText {
  let capacity = 8;
  for (const range of ranges) capacity += range.end - range.start + 1;
  const folding: Folding = {
    units: new Uint16Array(capacity),
    origins: new Int32Array(capacity),
    length: 0,
    camelJoints: 0,
  };
  for (const range of ranges) {
    foldRange(folding, text, range, table);
    append(folding, BREAK, range.end);
  }
  return folding;
}

interface Folding {
  units: Uint16Array;
  origins: Int32Array;
  length: number;
  camelJoints: number;
}

/** The hot loop: one table look-up per unit, and ASCII, the common case, first. */
function foldRange(folding: Folding, text: string, range: TextRange, table: CharTable): void {
  const { fold } = table;
  const end = range.end;
  let wasLower = false;
  for (let index = range.start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    const unit = fold[code] as number;
    if (code < 0x80) {
      if (code <= SPACE) {
        wasLower = false;
        if (folding.length === 0 || folding.units[folding.length - 1] !== SPACE) append(folding, SPACE, index);
        continue;
      }
      if (unit !== code && wasLower) folding.camelJoints += 1;
      wasLower = unit === code && code >= 0x61;
      append(folding, unit, index);
    } else if (code >= 0xd800 && code <= 0xdbff) {
      const codePoint = text.codePointAt(index) ?? code;
      if (!isInvisible(codePoint)) append(folding, foldSupplementary(codePoint, table), index);
      if (codePoint > 0xffff) index += 1;
    } else if (unit === EXPANDS) {
      for (const part of table.expansions.get(code) ?? []) append(folding, part, index);
    } else if (table.kind[unit] === KIND_SPACE) {
      if (folding.length === 0 || folding.units[folding.length - 1] !== SPACE) append(folding, SPACE, index);
    } else if (unit !== 0 && !composes(folding, unit)) {
      append(folding, unit, index);
    }
  }
}

/**
 * Joins a conjoining Hangul vowel or final, or a kana sound mark, to the unit before it, as NFC would. Such text comes
 * from file systems that decompose; everything else that decomposes lost its marks in the table.
 */
function composes(folding: Folding, unit: number): boolean {
  const last = folding.length - 1;
  if (unit < 0x1161 || unit > 0x309a || last < 0) return false;
  const previous = folding.units[last] as number;
  let composed = 0;
  if (unit <= 0x1175 && previous >= 0x1100 && previous <= 0x1112) {
    composed = 0xac00 + ((previous - 0x1100) * 21 + unit - 0x1161) * 28;
  } else if (unit >= 0x11a8 && unit <= 0x11c2 && previous >= 0xac00 && (previous - 0xac00) % 28 === 0) {
    composed = previous + unit - 0x11a7;
  } else if (unit >= 0x3099 && previous >= 0x304b && previous <= 0x30db) {
    composed = previous + unit - 0x3098; // the voiced form follows its base, the semi-voiced one the voiced
  }
  if (composed === 0) return false;
  folding.units[last] = composed;
  return true;
}

function append(folding: Folding, unit: number, origin: number): void {
  const at = folding.length;
  if (at === folding.units.length) {
    folding.units = grow(folding.units, new Uint16Array(at * 2));
    folding.origins = grow(folding.origins, new Int32Array(at * 2));
  }
  folding.units[at] = unit;
  folding.origins[at] = origin;
  folding.length = at + 1;
}

function grow<T extends Uint16Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Tags and variation selectors. */
function isInvisible(codePoint: number): boolean {
  return codePoint >= 0xe0000 && codePoint <= 0xe0fff;
}

function foldSupplementary(codePoint: number, table: CharTable): number {
  if (codePoint >= 0x20000 && codePoint <= 0x3ffff) return SUPPLEMENTARY_IDEOGRAPH;
  return table.expansions.get(codePoint)?.[0] ?? 0xfffd;
}
