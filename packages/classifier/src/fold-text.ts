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
  let capacity = 0;
  for (const range of ranges) capacity += range.end - range.start + 1;
  let units = new Uint16Array(capacity);
  let origins = new Int32Array(capacity);
  let length = 0;
  let camelJoints = 0;
  for (const range of ranges) {
    let wasLower = false;
    for (let index = range.start; index < range.end; index += 1) {
      const code = text.charCodeAt(index);
      let unit = table.fold[code] ?? 0;
      if (code < 0x80) {
        const isUpper = code >= 0x41 && code <= 0x5a;
        if (isUpper && wasLower) camelJoints += 1;
        wasLower = code >= 0x61 && code <= 0x7a;
      } else if (code >= 0xd800 && code <= 0xdbff && index + 1 < range.end) {
        unit = foldSupplementary(text.codePointAt(index) ?? code, table);
        if ((text.codePointAt(index) ?? 0) > 0xffff) index += 1;
      }
      if (unit === 0) continue;
      if (length + 5 > units.length) {
        units = grow(units, new Uint16Array(units.length * 2 + 8));
        origins = grow(origins, new Int32Array(origins.length * 2 + 8));
      }
      if (unit === EXPANDS) {
        for (const part of table.expansions.get(code) ?? []) {
          units[length] = part;
          origins[length++] = index;
        }
        continue;
      }
      if (table.kind[unit] === KIND_SPACE) {
        if (length > 0 && units[length - 1] === SPACE) continue;
        unit = SPACE;
      }
      units[length] = unit;
      origins[length++] = index;
    }
    if (length + 1 > units.length) {
      units = grow(units, new Uint16Array(length + 8));
      origins = grow(origins, new Int32Array(length + 8));
    }
    units[length] = BREAK;
    origins[length++] = range.end;
  }
  return { units, origins, length, camelJoints };
}

function grow<T extends Uint16Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function foldSupplementary(codePoint: number, table: CharTable): number {
  if (codePoint >= 0x20000 && codePoint <= 0x3ffff) return SUPPLEMENTARY_IDEOGRAPH;
  return table.expansions.get(codePoint)?.[0] ?? 0xfffd;
}
