// A half-open range of UTF-16 positions, `start` included and `end` excluded, as `String.prototype.slice` reads it.

/** Positions in a message's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}
