// Reads a copy of an event stream for metering, by the WHATWG rules (HTML, section 9.2.6). The bytes themselves go on to
// the client untouched; offsets say which of them make up an event, so that one event can be withheld.

/** One line, and the data of one event: longer ones are no answer of a model. */
export const maxSseLineBytes = 1_048_576;
export const maxSseEventDataLength = 4 * maxSseLineBytes;

/** One dispatched event. `[start, end)` are byte offsets in the stream, the closing blank line included. */
export interface SseEvent {
  readonly start: number;
  readonly end: number;
  /** The `event` field, or `message`. */
  readonly type: string;
  readonly data: string;
}

/** The events that a chunk completed. After an overflow the reader stays in it; what was complete is still given. */
export interface SseReading {
  readonly outcome: 'read' | 'overflow';
  readonly events: readonly SseEvent[];
}

/** The bounds, so that a test can reach them with few bytes. */
export interface SseBounds {
  readonly maxLineBytes: number;
  readonly maxEventDataLength: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const dataField = Buffer.from('data');
const eventField = Buffer.from('event');
const byteOrderMark = [0xef, 0xbb, 0xbf];
const initialCarryBytes = 4_096;

/** Push-parser of one stream; holds at most one unfinished line and one unfinished event. */
export class SseReader {
  readonly #bounds: SseBounds;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The beginning of a line whose end has not arrived. */
  #carry: Uint8Array = new Uint8Array(0);
  #carryLength = 0;
  #offset = 0;
  #blockStart = 0;
  #dataLines: string[] = [];
  #dataLength = 0;
  #type = '';
  #isInBlock = false;
  #mayFollowLineFeed = false;
  #isOverflowed = false;

  constructor(bounds: SseBounds = { maxLineBytes: maxSseLineBytes, maxEventDataLength: maxSseEventDataLength }) {
    this.#bounds = bounds;
  }

  /** True where a comment may be put into the stream without landing inside an event. */
  get isBetweenEvents(): boolean {
    return !this.#isInBlock && this.#carryLength === 0;
  }

  /** Takes the next bytes of the stream and returns the events that they complete. */
  push(chunk: Uint8Array): SseReading {
    const events: SseEvent[] = [];
    if (!this.#isOverflowed) this.#readLines(chunk, events);
    return { outcome: this.#isOverflowed ? 'overflow' : 'read', events };
  }

  #readLines(chunk: Uint8Array, events: SseEvent[]): void {
    const base = this.#offset;
    let position = this.#skipSplitLineFeed(chunk);
    let nextLineFeed = indexOrEnd(chunk, lineFeed, position);
    let nextCarriageReturn = indexOrEnd(chunk, carriageReturn, position);
    while (position < chunk.length) {
      // Each is searched again only once passed: a chunk of many lines is read in linear time.
      if (nextLineFeed < position) nextLineFeed = indexOrEnd(chunk, lineFeed, position);
      if (nextCarriageReturn < position) nextCarriageReturn = indexOrEnd(chunk, carriageReturn, position);
      const lineEnd = Math.min(nextLineFeed, nextCarriageReturn);
      if (this.#carryLength + lineEnd - position > this.#bounds.maxLineBytes) {
        this.#overflow();
        return;
      }
      if (lineEnd === chunk.length) {
        this.#keep(chunk.subarray(position));
        break;
      }
      const next = this.#afterLineEnd(chunk, lineEnd);
      this.#takeLine(this.#wholeLine(chunk.subarray(position, lineEnd)), base + next, events);
      if (this.#isOverflowed) return;
      position = next;
    }
    this.#offset = base + chunk.length;
  }

  /** A chunk may begin with the second half of a CRLF whose first half already ended the line. */
  #skipSplitLineFeed(chunk: Uint8Array): number {
    if (!this.#mayFollowLineFeed || chunk.length === 0) return 0;
    this.#mayFollowLineFeed = false;
    if (chunk[0] !== lineFeed) return 0;
    if (!this.#isInBlock) this.#blockStart = this.#offset + 1;
    return 1;
  }

  #afterLineEnd(chunk: Uint8Array, lineEnd: number): number {
    if (chunk[lineEnd] === lineFeed) return lineEnd + 1;
    if (lineEnd + 1 === chunk.length) this.#mayFollowLineFeed = true;
    return chunk[lineEnd + 1] === lineFeed ? lineEnd + 2 : lineEnd + 1;
  }

  #wholeLine(tail: Uint8Array): Uint8Array {
    if (this.#carryLength === 0) return tail;
    this.#keep(tail);
    const line = this.#carry.subarray(0, this.#carryLength);
    this.#carryLength = 0;
    return line;
  }

  /** Doubles the buffer, so that a line that arrives byte by byte costs linear time. */
  #keep(bytes: Uint8Array): void {
    const length = this.#carryLength + bytes.length;
    if (length > this.#carry.length) {
      const grown = new Uint8Array(Math.max(initialCarryBytes, length, 2 * this.#carry.length));
      grown.set(this.#carry.subarray(0, this.#carryLength));
      this.#carry = grown;
    }
    this.#carry.set(bytes, this.#carryLength);
    this.#carryLength = length;
  }

  #takeLine(rawLine: Uint8Array, end: number, events: SseEvent[]): void {
    const line = this.#withoutByteOrderMark(rawLine);
    if (line.length === 0) {
      this.#dispatch(end, events);
      return;
    }
    this.#isInBlock = true;
    const dataStart = valueStart(line, dataField);
    const typeStart = valueStart(line, eventField);
    if (dataStart >= 0) this.#addData(this.#decoder.decode(line.subarray(dataStart)));
    else if (typeStart >= 0) this.#type = this.#decoder.decode(line.subarray(typeStart));
    // Comments, `id`, `retry` and unknown fields mean nothing to metering.
  }

  #addData(value: string): void {
    this.#dataLength += value.length + 1;
    if (this.#dataLength > this.#bounds.maxEventDataLength) this.#overflow();
    else this.#dataLines.push(value);
  }

  /** Only the very first bytes of a stream can be a byte order mark; it belongs to no event. */
  #withoutByteOrderMark(line: Uint8Array): Uint8Array {
    const isFirstLine = this.#blockStart === 0 && !this.#isInBlock;
    if (!isFirstLine || !byteOrderMark.every((byte, index) => line[index] === byte)) return line;
    this.#blockStart = byteOrderMark.length;
    return line.subarray(byteOrderMark.length);
  }

  #dispatch(end: number, events: SseEvent[]): void {
    if (this.#dataLines.length > 0) {
      const data = this.#dataLines.length === 1 ? (this.#dataLines[0] ?? '') : this.#dataLines.join('\n');
      events.push({ start: this.#blockStart, end, type: this.#type === '' ? 'message' : this.#type, data });
      this.#dataLines = [];
      this.#dataLength = 0;
    }
    this.#type = '';
    this.#isInBlock = false;
    this.#blockStart = end;
  }

  #overflow(): void {
    this.#isOverflowed = true;
    this.#carry = new Uint8Array(0);
    this.#carryLength = 0;
    this.#dataLines = [];
  }
}

function indexOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from);
  return index === -1 ? bytes.length : index;
}

/** Offset of a field's value in its line (one space after the colon does not count), or -1 for another field. */
function valueStart(line: Uint8Array, name: Uint8Array): number {
  for (let index = 0; index < name.length; index += 1) {
    if (line[index] !== name[index]) return -1;
  }
  if (line.length === name.length) return line.length;
  if (line[name.length] !== colon) return -1;
  return line[name.length + 1] === space ? name.length + 2 : name.length + 1;
}
