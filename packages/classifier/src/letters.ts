// What single UTF-16 units are, roughly and fast, where the tables of a compiled classifier are not at hand.

/** A letter of any script: exact enough to tell an apostrophe from a quotation mark, and words from signs. */
export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  if (code < 0xc0) return lower >= 0x61 && lower <= 0x7a;
  if (code < 0xd800) return code >= 0x3040 || (code < 0x2000 && code !== 0xd7 && code !== 0xf7);
  return (code >= 0xf900 && code < 0xfe00) || (code >= 0xff21 && code <= 0xff5a) || (code >= 0xff66 && code < 0xffe0);
}

/** An ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
