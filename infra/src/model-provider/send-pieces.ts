// Writes an answer's pieces at the pace, in the portions and with the accidents that a rule demands, and never faster
// than the reader takes them.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Rule } from './control-schema.ts';

/** Time for written bytes to leave before a reset, which would otherwise overtake them. */
const FLUSH_MS = 20;

export interface SendOptions {
  readonly rule: Rule;
  readonly chunksPerSecond: number;
  /** Aborted when the reader is gone. */
  readonly signal: AbortSignal;
}

/** Sends the pieces; `cut` when the rule ended the connection. Rejects with the signal's reason when the reader left. */
export async function sendPieces(
  response: ServerResponse,
  pieces: Iterable<string>,
  options: SendOptions,
): Promise<'completed' | 'cut'> {
  const { rule, chunksPerSecond, signal } = options;
  let count = 0;
  for (const piece of pieces) {
    if (rule.cut && count >= rule.cut.afterChunks) return await cut(response, rule.cut.how);
    if (rule.stall?.afterChunks === count) await pause(rule.stall.forMs, signal);
    if (count > 0 && chunksPerSecond > 0) await delay(1000 / chunksPerSecond, undefined, { signal });
    await writePiece(response, piece, options);
    count += 1;
  }
  if (rule.cut) return await cut(response, rule.cut.how);
  response.end();
  return 'completed';
}

/** Waits so long, or until the reader is gone. */
export async function pause(ms: number | 'forever', signal: AbortSignal): Promise<void> {
  if (ms !== 'forever') return void (await delay(ms, undefined, { signal }));
  if (!signal.aborted) await once(signal, 'abort');
  signal.throwIfAborted();
}

/** Ends the connection without the answer's proper end. */
export async function cut(
  response: ServerResponse,
  how: NonNullable<Rule['cut']>['how'] | NonNullable<Rule['disconnect']>,
): Promise<'cut'> {
  const { socket } = response;
  if (response.headersSent) await delay(FLUSH_MS);
  if (how === 'rst') socket?.resetAndDestroy();
  else if (how === 'bad-chunk') socket?.end('ZZ\r\nthis is no chunk\r\n');
  else socket?.end();
  return 'cut';
}

async function writePiece(response: ServerResponse, piece: string, { rule, signal }: SendOptions): Promise<void> {
  const bytes = Buffer.from(piece, 'utf8');
  const portion = rule.drip?.bytes ?? rule.splitBytes ?? bytes.length;
  for (let start = 0; start < bytes.length; start += portion) {
    signal.throwIfAborted();
    if (!response.write(bytes.subarray(start, start + portion))) await once(response, 'drain', { signal });
    if (rule.drip) await delay(rule.drip.intervalMs, undefined, { signal });
    // A turn of the event loop between portions, so that each leaves in a segment of its own.
    else if (rule.splitBytes) await nextTurn(undefined, { signal });
  }
}
