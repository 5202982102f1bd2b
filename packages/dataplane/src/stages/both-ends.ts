// A text cut to a bound in its middle: how it begins and how it ends say what it is.

/** A text and its length in UTF-8. */
export interface BoundedText {
  readonly text: string;
  readonly bytes: number;
}

/** What a UTF-16 unit takes at most in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** The whole text where it fits, else its beginning and its end with a line end between them. */
export function bothEnds(text: string, maxBytes: number): BoundedText {
  if (text.length <= maxBytes) {
    const bytes = Buffer.byteLength(text);
    if (bytes <= maxBytes) return { text, bytes };
  }
  const half = Math.floor((maxBytes - 1) / 2);
  if (half < MAX_BYTES_PER_UNIT + 1) return { text: '', bytes: 0 };
  const cut = `${beginningOf(text, half)}\n${endOf(text, half)}`;
  return { text: cut, bytes: Buffer.byteLength(cut) };
}

// A unit is at least a byte, so `maxBytes` units hold them; a pair that this cuts lies in the bytes that are dropped.
function beginningOf(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.slice(0, maxBytes));
  let end = Math.min(maxBytes, bytes.length);
  while (end < bytes.length && isContinuation(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end);
}

function endOf(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.slice(-maxBytes));
  let start = Math.max(0, bytes.length - maxBytes);
  while (start > 0 && isContinuation(bytes[start])) start += 1;
  return bytes.toString('utf8', start);
}

/** A byte inside a character of UTF-8 (RFC 3629, section 3). */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
