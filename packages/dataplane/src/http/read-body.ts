// One request's body into memory, within bounds of size, time and the pod's total.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RefusalCode, RequestRefused } from '@secrouter/proto';
import { onBodyFailure } from './body-failure.ts';
import type { ByteBudget } from './byte-budget.ts';
import { ClientGone } from './client-writer.ts';
import { BODY_LIMITS, type BodyLimits } from './http-limits.ts';
import { sendContinue } from './send-continue.ts';

export { ByteBudget } from './byte-budget.ts';
export { requireJson } from './require-json.ts';

/** Times are the defaults where none are given. */
export interface ReadBodyOptions extends Partial<Omit<BodyLimits, 'maxBytes'>> {
  readonly maxBytes: number;
  /** What the body weighs stays taken until the response has closed: that long somebody may hold it. */
  readonly inFlight: ByteBudget;
}

/** The rate is judged from here on: a small body on a slow start is no attack. */
const RATE_GRACE_MS = 10_000;
const LONGEST_CHECK_STEP_MS = 1_000;

/**
 * Reads the body. Throws `RequestRefused` for a body that is too large (unread where its length says so), too slow or
 * malformed, and for a pod that holds too much; throws `ClientGone` when the connection closes first.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  options: ReadBodyOptions,
): Promise<Uint8Array> {
  const declaredBytes = declaredLength(request);
  if (declaredBytes !== undefined && declaredBytes > options.maxBytes) throw new RequestRefused('request_too_large');
  if (response.closed || response.destroyed) throw new ClientGone('closed');
  options.inFlight.assertRoom(declaredBytes ?? 0);
  sendContinue(request, response);
  const body = new BodyBytes(declaredBytes, options, response);
  return request.complete ? takeWhole(request, body) : await collect(request, response, body, options);
}

function declaredLength(request: IncomingMessage): number | undefined {
  const length = request.headers['content-length'];
  if (length !== undefined) return Number(length);
  return request.headers['transfer-encoding'] === undefined ? 0 : undefined;
}

/** The bytes so far. A declared length is copied into one block, so that the body is in memory once, not twice. */
class BodyBytes {
  readonly #declaredBytes: number | undefined;
  readonly #options: ReadBodyOptions;
  readonly #chunks: Buffer[] = [];
  #block: Buffer | undefined;
  #size = 0;

  constructor(declaredBytes: number | undefined, options: ReadBodyOptions, response: ServerResponse) {
    this.#declaredBytes = declaredBytes;
    this.#options = options;
    response.once('close', () => options.inFlight.giveBack(this.#size));
  }

  get size(): number {
    return this.#size;
  }

  add(chunk: Buffer): void {
    if (this.#size + chunk.length > this.#options.maxBytes) throw new RequestRefused('request_too_large');
    this.#options.inFlight.take(chunk.length);
    if (this.#declaredBytes === undefined || this.#declaredBytes === chunk.length) this.#chunks.push(chunk);
    else {
      this.#block ??= Buffer.allocUnsafeSlow(this.#declaredBytes);
      chunk.copy(this.#block, this.#size);
    }
    this.#size += chunk.length;
  }

  whole(): Uint8Array {
    const [only, ...others] = this.#chunks;
    if (this.#block !== undefined) return this.#block;
    return only !== undefined && others.length === 0 ? only : Buffer.concat(this.#chunks);
  }
}

/** A body that came along with its head: nothing is left to wait for, so nothing is watched. */
function takeWhole(request: IncomingMessage, body: BodyBytes): Uint8Array {
  request.on('error', ignore);
  const bytes = request.read() as Buffer | null;
  if (bytes !== null) body.add(bytes);
  return body.whole();
}

function collect(
  request: IncomingMessage,
  response: ServerResponse,
  body: BodyBytes,
  options: ReadBodyOptions,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const stopWatching = watchArrival(body, options, () => settle(() => reject(new RequestRefused('request_timeout'))));
    const onData = (chunk: Buffer) => {
      try {
        body.add(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = () => settle(() => resolve(body.whole()));
    const onGone = () => settle(() => reject(new ClientGone('closed while sending')));
    const onFailure = (code: RefusalCode) => settle(() => reject(new RequestRefused(code)));
    let stopListening = () => {};
    const settle = (outcome: () => void) => {
      stopWatching();
      stopListening();
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      response.off('close', onGone);
      // What is left unread is thrown away after the answer, when the connection closes.
      if (!request.complete) request.pause();
      outcome();
    };
    // An 'error' is always followed by 'close'; without a listener of its own it would end the process.
    request.on('error', ignore);
    request.on('end', onEnd).on('close', onGone).on('data', onData);
    response.on('close', onGone);
    stopListening = onBodyFailure(request, onFailure);
  });
}

/** Calls back when the body pauses too long, or as a whole comes too slowly. */
function watchArrival(body: BodyBytes, options: ReadBodyOptions, onTooSlow: () => void): () => void {
  const { idleMs, minBytesPerSecond } = { ...BODY_LIMITS, ...options };
  const graceMs = Math.min(idleMs, RATE_GRACE_MS);
  const startMs = performance.now();
  let lastMs = startMs;
  let lastSize = 0;
  const timer = setInterval(
    () => {
      const nowMs = performance.now();
      if (body.size > lastSize) {
        lastSize = body.size;
        lastMs = nowMs;
      }
      const elapsedMs = nowMs - startMs;
      const isTooSlow = elapsedMs > graceMs && body.size < (minBytesPerSecond * elapsedMs) / 1_000;
      if (isTooSlow || nowMs - lastMs > idleMs) onTooSlow();
    },
    Math.min(LONGEST_CHECK_STEP_MS, idleMs / 4),
  );
  return () => clearInterval(timer);
}

function ignore(): void {}
