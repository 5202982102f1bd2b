// One client connection: its requests one after the other, its protocol errors, its end.
// Requests of a pipeline are handled in order, the next one when the answer before it has gone: a connection is one
// request's worth of load, and what waits is bounded by number here and by back-pressure on its body below.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RefusalCode, RefusalDetails } from '@secrouter/proto';
import { failBody } from './body-failure.ts';
import { clientErrorCode } from './client-error.ts';
import type { HttpLimits } from './http-limits.ts';
import { type HeadRefusal, judgeHead } from './judge-head.ts';
import { rawRefusal, sendRefusal } from './refusal-response.ts';

/** What all connections of one listener share. */
export interface FrontContext {
  readonly limits: HttpLimits;
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** True from the moment when every answer is to be its connection's last. */
  readonly isDraining: () => boolean;
  readonly onRefused: (code: RefusalCode, remoteAddress: string | undefined) => void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  refusal: HeadRefusal | undefined;
}

export class FrontConnection {
  readonly #context: FrontContext;
  readonly #socket: Socket;
  readonly #waiting: Exchange[] = [];
  #running: Exchange | undefined;
  #isFull = false;
  #isClosing = false;
  /** The answer to a malformed message behind requests that are still being answered. */
  #lastWord: RefusalCode | undefined;

  constructor(context: FrontContext, socket: Socket) {
    this.#context = context;
    this.#socket = socket;
    // Node closes with this after the last answer, and with unread bytes that close is a reset: the client would lose
    // the very answer that tells it to stop sending.
    socket.destroySoon = () => this.#endSoftly();
  }

  /** True while a request is being answered or waits. */
  get isBusy(): boolean {
    return this.#openCount > 0;
  }

  get #openCount(): number {
    return this.#waiting.length + (this.#running === undefined ? 0 : 1);
  }

  /** Takes a request whose headers have arrived. */
  accept(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isClosing || this.#isFull) {
      this.#socket.pause();
      return;
    }
    this.#isFull = this.#openCount > this.#context.limits.maxQueuedPerConnection;
    const refusal = this.#isFull ? OVERLOADED : judgeHead(request, this.#context.limits.maxHeaders);
    this.#waiting.push({ request, response, refusal });
    // The parser is still inside the buffer that held this head, and works on in small steps. When this turn of the
    // event loop is over, a body that came along is known to be whole, or malformed: then no handler ever sees it.
    setImmediate(() => this.#runNext());
  }

  /** Takes an error of the parser or of the arrival timer. */
  fail(error: NodeJS.ErrnoException): void {
    if (this.#isClosing) return;
    const code = clientErrorCode(error);
    // A new connection that never said a word (a balancer's spare, a browser's guess) is owed no words either.
    const isSilent = code === 'request_timeout' && this.#socket.bytesRead === 0;
    // The client closed its side inside a message: it has left, and what it had asked for before goes with it.
    const hasLeft = error.code === 'HPE_INVALID_EOF_STATE' && this.isBusy;
    if (code === undefined || isSilent || hasLeft || !this.#socket.writable) {
      this.#socket.destroy();
      return;
    }
    this.#socket.pause();
    const newest = this.#waiting.at(-1) ?? this.#running;
    if (newest === undefined) this.refuse(code);
    else if (newest.request.complete) this.#lastWord = lastWordFor(error, code);
    else if (newest === this.#running) failBody(newest.request, code);
    else newest.refusal = { code, details: {} };
  }

  /** Answers on the bare socket, as the last thing said on this connection. */
  refuse(code: RefusalCode, details: RefusalDetails = {}): void {
    if (this.#isClosing || this.#socket.destroyed) return;
    this.#context.onRefused(code, this.#socket.remoteAddress);
    this.#endSoftly(rawRefusal(code, details));
  }

  /** Ends the connection where nothing is being answered on it. */
  endIfIdle(): void {
    if (!this.isBusy) this.#endSoftly();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #runNext(): void {
    if (this.#running !== undefined || this.#isClosing || this.#socket.destroyed) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      if (this.#lastWord !== undefined) this.refuse(this.#lastWord);
      return;
    }
    this.#running = next;
    next.response.once('close', () => {
      this.#running = undefined;
      this.#runNext();
    });
    if (next.refusal === undefined) this.#handle(next);
    else this.#sendRefusal(next.response, next.refusal);
  }

  #handle({ request, response }: Exchange): void {
    closeUnlessClean(request, response, this.#context.isDraining);
    this.#context.handler(request, response);
  }

  /** A message that was refused for its form leaves no trust in what follows it. */
  #sendRefusal(response: ServerResponse, { code, details }: HeadRefusal): void {
    this.#context.onRefused(code, this.#socket.remoteAddress);
    response.shouldKeepAlive = false;
    sendRefusal(response, code, details);
  }

  /** Says goodbye, throws away what still comes for a short while, then lets go. */
  #endSoftly(lastBytes?: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const timer = setTimeout(() => this.#socket.destroy(), this.#context.limits.lingerMs);
    this.#socket.once('close', () => clearTimeout(timer));
    this.#socket.end(lastBytes ?? '');
    this.#socket.resume();
  }
}

const OVERLOADED: HeadRefusal = { code: 'overloaded', details: { retryAfterSeconds: 1 } };

/** Bytes behind a request that asked for the end of the connection are nobody's request. */
function lastWordFor(error: NodeJS.ErrnoException, code: RefusalCode): RefusalCode | undefined {
  return error.code === 'HPE_CLOSED_CONNECTION' ? undefined : code;
}

/** Makes the answer the connection's last one when the body has not arrived whole by then, or the pod is leaving:
 * reading the rest only to find the next request would be work for a request that is already answered. */
function closeUnlessClean(request: IncomingMessage, response: ServerResponse, isDraining: () => boolean): void {
  const writeHead = response.writeHead;
  response.writeHead = ((...head: Parameters<typeof writeHead>) => {
    if (!request.complete || isDraining()) response.shouldKeepAlive = false;
    return Reflect.apply(writeHead, response, head);
  }) as typeof writeHead;
}
