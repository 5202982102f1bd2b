// Reads a copy of a chat completion stream: which bytes go on, which event is withheld, what was used and said.
import { type RequestLimits, refusalAnswer, type TokenCounts } from '@secrouter/proto';
import { SseReader } from '../sse/sse-reader.ts';
import { isRecord, readUsageObject } from './read-usage-object.ts';

/** Answer text kept for counting, should the provider report no usage. */
const MAX_KEPT_TEXT = 1_048_576;
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
  #held: Uint8Array = new Uint8Array(0);
  #heldFrom = 0;
  #kept: string[] = [];
  #keptLength = 0;
  #outputBytes = 0;
  usage: TokenCounts | undefined;

  constructor(limits: Pick<RequestLimits, 'sseLineBytes'>, removesUsage: boolean) {
    this.#reader = new SseReader({ maxLineBytes: limits.sseLineBytes, maxEventDataLength: 4 * limits.sseLineBytes });
    this.#removesUsage = removesUsage;
  }

  /** A running estimate of the output tokens so far. */
  get streamedTokens(): number {
    return this.usage?.outputTokens ?? Math.ceil(this.#outputBytes / BYTES_PER_TOKEN);
  }

  /** The answer's text, as far as it was kept. */
  get answerText(): string {
    return this.#kept.join('');
  }

  /** Takes a chunk of the upstream. */
  push(chunk: Uint8Array): StreamStep {
    this.#held = this.#held.byteLength === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const reading = this.#reader.push(chunk);
    const pass: Uint8Array[] = [];
    for (const event of reading.events) {
      const verdict = this.#inspect(event.data);
      this.#release(verdict === 'pass' ? event.end : event.start, pass);
      if (verdict === 'pass') continue;
      const withheld = this.#withhold(event.end);
      if (verdict === 'done') return { pass, done: withheld, end: 'done' };
      if (verdict === 'error') return { pass, done: undefined, end: 'error' };
    }
    if (reading.outcome === 'overflow') return { pass, done: undefined, end: 'overflow' };
    if (this.#reader.isBetweenEvents) this.#release(this.#heldFrom + this.#held.byteLength, pass);
    return { pass, done: undefined, end: 'none' };
  }

  /** What was received and not yet passed on when the upstream ended cleanly. */
  rest(): Uint8Array {
    return this.#held;
  }

  #release(until: number, pass: Uint8Array[]): void {
    const bytes = this.#withhold(until);
    if (bytes.byteLength > 0) pass.push(bytes);
  }

  #withhold(until: number): Uint8Array {
    const length = Math.max(0, until - this.#heldFrom);
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    this.#heldFrom += length;
    return bytes;
  }

  #inspect(data: string): 'pass' | 'drop' | 'done' | 'error' {
    if (data === '[DONE]') return 'done';
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
      this.#outputBytes += text.length;
      if (this.#keptLength >= MAX_KEPT_TEXT) continue;
      this.#kept.push(text);
      this.#keptLength += text.length;
    }
  }
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
