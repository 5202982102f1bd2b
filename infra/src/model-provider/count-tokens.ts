// This provider's tokenizer: four bytes of UTF-8 are one token. Anyone can predict its usage numbers.

export const BYTES_PER_TOKEN = 4;

/** Tokens of a text; an empty one has none. */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_PER_TOKEN);
}

/** The longest beginning of the text that has at most so many tokens, never half a character. */
export function cutToTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text, 'utf8');
  let end = Math.min(bytes.length, Math.max(0, Math.floor(tokens)) * BYTES_PER_TOKEN);
  // 10xxxxxx continues a character (RFC 3629), so a cut in front of one would split it.
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
