// Stage 9 of 10. In: the exchange. Out: what was used, also of aborted and truncated answers. The answer's bytes go to
// the client as they came; the last of them only after settlement, so that the next request sees it.
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { RequestRefused, type TokenCounts, type UsageOutcome } from '@secrouter/proto';
import { ClientGone, writeToClient } from '../http/client-writer.ts';
import type { JudgedRequest } from '../request/judged-request.ts';
import type { RequestContext } from '../request/request-context.ts';
import { upstreamFailure } from '../upstream/upstream-failure.ts';
import { countTokens } from './count-tokens.ts';
import type { Exchange } from './forward.ts';
import { readAnswer } from './read-answer.ts';
import { isRecord, readUsageObject } from './read-usage-object.ts';
import { StreamReader, type StreamStep, terminalEvent } from './stream-reader.ts';

/** A silent stream gets a comment this often, so that no proxy between cuts it. */
const HEARTBEAT_MS = 15_000;
/** A lease is renewed this often while its stream runs. */
const RENEW_MS = 60_000;
/** So much, and so long, is read after a stream's own end. */
const MAX_REST_BYTES = 65_536;
const REST_MS = 1_000;
/** A client has this long to take the end of a stream that was cut. */
const LAST_WORDS_MS = 10_000;
/** What an exchange came to. */
export interface Usage {
  readonly tokens: TokenCounts;
  readonly estimated: boolean;
  readonly outcome: UsageOutcome;
  readonly firstByteMs: number | null;
}

/** What metering asks of the rest while an answer runs. */
export interface MeterHooks {
  readonly nowMs: () => number;
  /** Called once, before the last byte goes out. */
  readonly settle: (usage: Usage) => Promise<void>;
  /** Asks for more output tokens; false when the budgets have none left. Absent where the reservation is a bound. */
  readonly extend: ((streamedTokens: number) => Promise<boolean>) | undefined;
  readonly renew: (streamedTokens: number) => void;
  /** Writes the head of the answer; `usage` is known for answers that are not streamed. */
  readonly writeHead: (exchange: Exchange, usage: Usage | undefined, contentLength: number | undefined) => void;
}

/** Relays an answer that is not streamed. Throws RequestRefused when the upstream breaks off before it is whole. */
export async function meterAnswer(
  exchange: Exchange,
  request: JudgedRequest,
  response: ServerResponse,
  context: RequestContext,
  hooks: MeterHooks,
): Promise<void> {
  const firstByteMs = hooks.nowMs() - context.receivedAtMs;
  let body: Buffer;
  try {
    body = await readAnswer(exchange.response.body);
  } catch (error) {
    const failure = upstreamFailure(error);
    const isGone = context.signal.aborted;
    const outcome = isGone ? 'client_cancelled' : failure.kind === 'timeout' ? 'timeout' : 'upstream_aborted';
    await hooks.settle({ ...(await estimated(request, '')), outcome, firstByteMs });
    if (isGone) throw new ClientGone('before the answer');
    throw error instanceof RequestRefused
      ? error
      : new RequestRefused(failure.kind === 'timeout' ? 'upstream_timeout' : 'upstream_error', {
          reason: 'cut_answer',
          cause: error,
        });
  }
  const parsed = parseAnswer(body);
  const counted = readUsageObject(parsed?.usage);
  const usage: Usage = {
    ...(counted === undefined ? await estimated(request, answerText(parsed)) : { tokens: counted, estimated: false }),
    outcome: parsed === undefined ? 'upstream_error' : 'ok',
    firstByteMs,
  };
  await hooks.settle(usage);
  if (parsed === undefined) throw new RequestRefused('upstream_protocol', { reason: 'not_json' });
  hooks.writeHead(exchange, usage, body.byteLength);
  response.end(body);
}

/** Relays a stream as it comes. */
export async function meterStream(
  exchange: Exchange,
  request: JudgedRequest,
  response: ServerResponse,
  context: RequestContext,
  hooks: MeterHooks,
): Promise<void> {
  const reader = new StreamReader(context.policy.config.limits, exchange.removesUsage);
  const firstByteMs = hooks.nowMs() - context.receivedAtMs;
  hooks.writeHead(exchange, undefined, undefined);
  response.flushHeaders();
  const stopHeartbeat = startHeartbeat(response, reader, hooks);
  let ending: StreamEnding;
  try {
    ending = await relay(exchange, reader, response, context, hooks);
  } finally {
    stopHeartbeat();
  }
  if (ending.cutsConnection) exchange.response.body.destroy();
  else readRest(exchange.response.body);
  const usage =
    reader.usage === undefined
      ? await estimated(request, reader.answerText)
      : { tokens: reader.usage, estimated: false };
  await hooks.settle({ ...usage, outcome: ending.outcome, firstByteMs });
  if (response.destroyed) return;
  if (ending.outcome === 'client_cancelled' && !context.signal.aborted) {
    response.destroy(); // it takes nothing any more: no last words
    return;
  }
  if (ending.cutsConnection) cutAfterLastWords(response);
  response.end(ending.last);
}

// Who does not even take the last words holds no connection with them.
function cutAfterLastWords(response: ServerResponse): void {
  const { socket } = response; // it is gone from the response once that has finished
  const overdue = setTimeout(() => response.destroy(), LAST_WORDS_MS);
  response.once('finish', () => socket?.destroySoon());
  response.once('close', () => clearTimeout(overdue));
}

/** True where the answer is a stream; a server may answer one JSON body to a request for a stream. */
export function isStreamed(request: JudgedRequest, { response }: Exchange): boolean {
  return request.stream && !/^application\/json\b/i.test(String(response.headers['content-type'] ?? ''));
}

// What follows the end of the stream (the last chunk's frame) is read, so that the connection can be used again.
function readRest(body: Readable): void {
  if (body.closed) return;
  const timer = setTimeout(() => body.destroy(), REST_MS);
  let restBytes = 0;
  body.once('close', () => clearTimeout(timer));
  body.on('data', (chunk: Uint8Array) => {
    restBytes += chunk.byteLength;
    if (restBytes > MAX_REST_BYTES) body.destroy();
  });
  body.resume();
}

interface StreamEnding {
  readonly outcome: UsageOutcome;
  readonly last: Uint8Array | string;
  readonly cutsConnection: boolean;
}

async function relay(
  exchange: Exchange,
  reader: StreamReader,
  response: ServerResponse,
  context: RequestContext,
  hooks: MeterHooks,
): Promise<StreamEnding> {
  try {
    for await (const chunk of exchange.response.body.iterator({ destroyOnReturn: false })) {
      const step = reader.push(chunk as Uint8Array);
      for (const bytes of step.pass) await writeToClient(response, bytes, context.signal);
      const ending = endingOf(step);
      if (ending !== undefined) return ending;
      if (hooks.extend !== undefined && !(await hooks.extend(reader.streamedTokens)))
        return badEnding('ok', 'budget_exceeded');
    }
    const step = reader.finish();
    return endingOf(step) ?? { outcome: 'ok_no_done', last: Buffer.concat(step.pass), cutsConnection: false };
  } catch (error) {
    if (response.destroyed) return badEnding('client_cancelled', 'upstream_error');
    // The pod ends or the caller was revoked: the reason says which.
    if (context.signal.aborted)
      return badEnding('client_cancelled', context.signal.reason === 'revoked' ? 'revoked' : 'draining');
    if (error instanceof ClientGone) return badEnding('client_cancelled', 'upstream_error');
    const isTimeout = upstreamFailure(error).kind === 'timeout';
    return isTimeout ? badEnding('timeout', 'upstream_timeout') : badEnding('upstream_aborted', 'upstream_error');
  }
}

function endingOf(step: StreamStep): StreamEnding | undefined {
  if (step.end === 'done') return { outcome: 'ok', last: step.done ?? '', cutsConnection: false };
  if (step.end === 'error') return badEnding('upstream_error', 'upstream_error');
  return step.end === 'overflow' ? badEnding('upstream_error', 'upstream_protocol') : undefined;
}

// A truncated answer looks truncated: a terminal error event, no [DONE], the connection closed.
function badEnding(outcome: UsageOutcome, code: Parameters<typeof terminalEvent>[0]): StreamEnding {
  return { outcome, last: terminalEvent(code), cutsConnection: true };
}

function startHeartbeat(response: ServerResponse, reader: StreamReader, hooks: MeterHooks): () => void {
  let lastBytes = response.socket?.bytesWritten ?? 0;
  let sinceRenewMs = 0;
  const timer = setInterval(() => {
    const written = response.socket?.bytesWritten ?? 0;
    if (written === lastBytes && reader.holdsNothing && !response.destroyed) response.write(': keep-alive\n\n');
    lastBytes = response.socket?.bytesWritten ?? 0;
    sinceRenewMs += HEARTBEAT_MS;
    if (sinceRenewMs < RENEW_MS) return;
    sinceRenewMs = 0;
    hooks.renew(reader.streamedTokens);
  }, HEARTBEAT_MS);
  return () => clearInterval(timer);
}

function parseAnswer(body: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function answerText(parsed: Record<string, unknown> | undefined): string {
  const choices = Array.isArray(parsed?.choices) ? parsed.choices : [];
  return choices
    .map((choice) =>
      isRecord(choice) && isRecord(choice.message)
        ? JSON.stringify([choice.message.content, choice.message.tool_calls])
        : '',
    )
    .join('\n');
}

async function estimated(
  request: JudgedRequest,
  text: string,
): Promise<{ readonly tokens: TokenCounts; readonly estimated: true }> {
  return { tokens: await countTokens(request, text), estimated: true };
}
