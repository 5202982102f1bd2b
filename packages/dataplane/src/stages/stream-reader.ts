// Reads a copy of a chat completion stream: which bytes go on, which event is withheld, what was used and said.
import { type RequestLimits, refusalAnswer, type TokenCounts } from '@secrouter/proto';
import { SseReader, type SseReading } from '../sse/sse-reader.ts';
import { isRecord, readUsageObject } from './read-usage-object.ts';

/** Answer text kept for counting, should the provider report no usage. */
const MAX_KEPT_TEXT = 1_048_576;
/** Bounds of one event in longest lines: its data, and all of it with comments and other fields. */
const MAX_DATA_LINES = 4;
const MAX_HELD_LINES = 5;
/** About four bytes of answer text are one token; used for a running estimate only. */
const BYTES_PER_TOKEN = 4;

/** What became of a chunk. */
export interface StreamStep {
  /** Bytes for the client, exactly as they came. */
  readonly pass: readonly Uint8Array[];
  /** The stream's last bytes, `[DONE]`: released after settlement. */
  readonly done: Uint8Array | undefined;
  readonly end: 'none' | 'done' | 'error' | 'overflow';
}

/** One stream's reader. */
export class StreamReader {
  readonly #reader: SseReader;
  readonly #removesUsage: boolean;
  readonly #maxHeldBytes: number;
  /** Bytes that were not passed on yet: parts of an event that is not whole. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #heldFrom = 0;
  #kept: string[] = [];
  #keptLength = 0;
  #outputBytes = 0;
  usage: TokenCounts | undefined;

  constructor(limits: Pick<RequestLimits, 'sseLineBytes'>, removesUsage: boolean) {
    this.#reader = new SseReader({
      maxLineBytes: limits.sseLineBytes,
      maxEventDataLength: MAX_DATA_LINES * limits.sseLineBytes,
    });
    this.#removesUsage = removesUsage;
    this.#maxHeldBytes = MAX_HELD_LINES * limits.sseLineBytes;
  }

  /** A running estimate of the output tokens so far. */
  get streamedTokens(): number {
    return this.usage?.outputTokens ?? Math.ceil(this.#outputBytes / BYTES_PER_TOKEN);
  }

  /** The answer's text, as far as it was kept. */
  get answerText(): string {
    return this.#kept.join('');
  }

  /** True where a comment may be put into the stream. */
  get holdsNothing(): boolean {
    return this.#heldBytes === 0;
  }

  /** Takes a chunk of the upstream. */
  push(chunk: Uint8Array): StreamStep {
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
    const step = this.#take(this.#reader.push(chunk));
    if (step.end !== 'none') return step;
    if (this.#reader.isBetweenEvents) this.#release(this.#heldFrom + this.#heldBytes, step.pass);
    return this.#heldBytes > this.#maxHeldBytes ? { ...step, end: 'overflow' } : step;
  }

  /** The upstream ended cleanly: an event whose closing blank line is missing counts, and what is left goes on. */
  finish(): StreamStep {
    const step = this.#take(this.#reader.push(Buffer.from('\n\n')));
    if (step.end === 'none') this.#release(this.#heldFrom + this.#heldBytes, step.pass);
    return step;
  }

  #take(reading: SseReading): StreamStep & { readonly pass: Uint8Array[] } {
    const pass: Uint8Array[] = [];
    for (const event of reading.events) {
      const verdict = event.type === 'error' ? 'error' : this.#inspect(event.data);
      this.#release(verdict === 'pass' ? event.end : event.start, pass);
      if (verdict === 'pass') continue;
      const withheld = this.#withhold(event.end);
      if (verdict === 'done') return { pass, done: withLastLineFeed(withheld), end: 'done' };
      if (verdict === 'error') return { pass, done: undefined, end: 'error' };
    }
    return { pass, done: undefined, end: reading.outcome === 'overflow' ? 'overflow' : 'none' };
  }

  #release(until: number, pass: Uint8Array[]): void {
    const bytes = this.#withhold(until);
    if (bytes.byteLength > 0) pass.push(bytes);
  }

  // Parts are put together only when an event is whole: joining at each chunk would cost the square of its length.
  #withhold(until: number): Uint8Array {
    const whole = this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held);
    const all = whole ?? new Uint8Array(0);
    const length = Math.min(Math.max(0, until - this.#heldFrom), all.byteLength);
    const rest = all.subarray(length);
    this.#held = rest.byteLength === 0 ? [] : [rest];
    this.#heldBytes = rest.byteLength;
    this.#heldFrom += length;
    return all.subarray(0, length);
  }

  #inspect(data: string): 'pass' | 'drop' | 'done' | 'error' {
    if (data.trim() === '[DONE]') return 'done';
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return 'pass';
    }
    if (!isRecord(event)) return 'pass';
    if (isRecord(event.error) || typeof event.error === 'string') return 'error';
    const usage = readUsageObject(event.usage);
    if (usage !== undefined) this.usage = usage;
    const choices = Array.isArray(event.choices) ? event.choices : [];
    for (const choice of choices) this.#keep(choice);
    return this.#removesUsage && usage !== undefined && choices.length === 0 ? 'drop' : 'pass';
  }

  #keep(choice: unknown): void {
    const delta = isRecord(choice) && isRecord(choice.delta) ? choice.delta : undefined;
    if (delta === undefined) return;
    for (const text of deltaTexts(delta)) {
      this.#outputBytes += Buffer.byteLength(text);
      if (this.#keptLength >= MAX_KEPT_TEXT) continue;
      this.#kept.push(text);
      this.#keptLength += text.length;
    }
  }
}

// The CR of the last CRLF ends the stream, though its LF may still be on its way; nothing is read after the end.
function withLastLineFeed(done: Uint8Array): Uint8Array {
  const endsInCr = done.at(-1) === 0x0d;
  return endsInCr && Buffer.from(done).includes('\r\n') ? Buffer.concat([done, Buffer.from('\n')]) : done;
}

function deltaTexts(delta: Record<string, unknown>): readonly string[] {
  const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
  const called = calls.flatMap((call) =>
    isRecord(call) && isRecord(call.function) ? [call.function.name, call.function.arguments] : [],
  );
  return [delta.content, delta.reasoning_content, delta.refusal, ...called].filter((text) => typeof text === 'string');
}

/** The terminal event of a stream that ends badly. */
export function terminalEvent(code: Parameters<typeof refusalAnswer>[0], message?: string): string {
  const { body } = refusalAnswer(code, message === undefined ? {} : { message });
  return `data: ${JSON.stringify(body)}\n\n`;
}
