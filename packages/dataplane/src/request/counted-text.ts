// The part of a text that the tokenizer looks at, and how long the whole is, from which the rest is extrapolated.

/** Text that the tokenizer looks at, in UTF-16 units; what is longer is extrapolated. */
export const MAX_COUNTED_LENGTH = 65_536;

/** The beginning of a text with the length of the whole. */
export interface CountedText {
  readonly text: string;
  readonly length: number;
}

/** Joins texts by line ends, keeping no more of them than is counted. */
export function countedText(texts: Iterable<string>): CountedText {
  let text = '';
  let length = 0;
  for (const piece of texts) {
    if (piece === '') continue;
    const separator = length === 0 ? '' : '\n';
    length += separator.length + piece.length;
    if (text.length < MAX_COUNTED_LENGTH)
      text += (separator + piece.slice(0, MAX_COUNTED_LENGTH)).slice(0, MAX_COUNTED_LENGTH - text.length);
  }
  return { text, length };
}
