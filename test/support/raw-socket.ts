// A client that writes bytes and reads bytes: what an HTTP library would never send, and would never show.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const DEADLINE_MS = 5_000;

/** One connection. `received` grows as bytes arrive, read as latin1 so that each byte is one character. */
export class RawSocket {
  readonly #socket: Socket;
  #received = '';
  #isClosed = false;
  #failure: string | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#received += bytes.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code ?? error.message;
    });
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  get received(): string {
    return this.#received;
  }

  /** The error that ended the connection (`ECONNRESET`), if one did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends text as latin1, one byte a character. */
  send(text: string): this {
    this.#socket.write(text, 'latin1');
    return this;
  }

  sendBytes(bytes: Uint8Array): this {
    this.#socket.write(bytes);
    return this;
  }

  /** Closes the sending side only. */
  finish(): this {
    this.#socket.end();
    return this;
  }

  /** Stops reading, as a client that has gone to sleep. */
  pause(): this {
    this.#socket.pause();
    return this;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Waits until what was received matches; fails with what there is after the deadline. */
  async until(pattern: RegExp, deadlineMs = DEADLINE_MS): Promise<RegExpExecArray> {
    await waitFor(
      () => pattern.test(this.#received) || this.#isClosed,
      deadlineMs,
      () => this.#describe(pattern.source),
    );
    const match = pattern.exec(this.#received);
    if (match === null) throw new Error(this.#describe(pattern.source));
    return match;
  }

  /** Waits until the server has closed the connection, and returns all that was received. */
  async closed(deadlineMs = DEADLINE_MS): Promise<string> {
    await waitFor(
      () => this.#isClosed,
      deadlineMs,
      () => this.#describe('the end of the connection'),
    );
    return this.#received;
  }

  #describe(wanted: string): string {
    return `waited for ${wanted}; received ${JSON.stringify(this.#received.slice(0, 2_000))} ${this.#failure ?? ''}`;
  }
}

/** Opens a connection to a port of this machine. */
export async function openRawSocket(port: number, host = '127.0.0.1'): Promise<RawSocket> {
  const socket = connect({ port, host });
  const raw = new RawSocket(socket);
  await once(socket, 'connect');
  return raw;
}

/** The answers in a byte string, parsed by their own framing; throws on bytes that are no answer. */
export function parseAnswers(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = received;
  while (rest !== '') {
    const { answer, length } = parseAnswer(rest);
    answers.push(answer);
    rest = rest.slice(length);
  }
  return answers;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function parseAnswer(text: string): { answer: RawAnswer; length: number } {
  const headEnd = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1];
  if (headEnd < 0 || status === undefined) throw new Error(`not an answer: ${JSON.stringify(text.slice(0, 500))}`);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const bodyStart = headEnd + 4;
  if (headers['transfer-encoding'] === 'chunked') {
    const { body, end } = parseChunks(text, bodyStart);
    return { answer: { status: Number(status), headers, body }, length: end };
  }
  // Without a length the body ends with the connection (HTTP/1.0); an interim answer (1xx) has none.
  const length = headers['content-length'] ?? (status.startsWith('1') ? 0 : text.length - bodyStart);
  const bodyEnd = bodyStart + Number(length);
  return { answer: { status: Number(status), headers, body: text.slice(bodyStart, bodyEnd) }, length: bodyEnd };
}

function parseChunks(text: string, start: number): { body: string; end: number } {
  let body = '';
  let position = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', position);
    const size = Number.parseInt(text.slice(position, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) throw new Error('the answer ends inside a chunk');
    if (size === 0) return { body, end: lineEnd + 4 };
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    position = lineEnd + 2 + size + 2;
  }
}

/** Waits for a condition with a deadline; the message says what was missing. */
export async function waitFor(isMet: () => boolean, deadlineMs: number, describe: () => string): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!isMet()) {
    if (performance.now() > endMs) throw new Error(describe());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const POLL_MS = 5;
