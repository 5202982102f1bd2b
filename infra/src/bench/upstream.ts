// The bench's upstream, a process of its own: HTTP/1.1 on bare sockets, so that it is much faster than what is measured.
// It understands what the bench sends (a request with Content-Length) and nothing else. argv[2] is its port.
import { createServer, type Socket } from 'node:net';
import { COMPLETION_JSON, FRAMES_MEMBER, frameText, monotonicUs, RATE_MEMBER, STREAM_END } from './canned-answers.ts';

const COMPLETION = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(COMPLETION_JSON)}\r\n\r\n${COMPLETION_JSON}`,
);
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';
const NOT_UNDERSTOOD = 'HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
const HEAD_END = '\r\n\r\n';
const FRAMES = new RegExp(`"${FRAMES_MEMBER}":(\\d+)`);
const RATE = new RegExp(`"${RATE_MEMBER}":(\\d+)`);

function serve(socket: Socket): void {
  let received = '';
  socket.setNoDelay(true);
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    received += text;
    for (;;) {
      const headEnd = received.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const length = /content-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1];
      if (length === undefined) {
        socket.end(NOT_UNDERSTOOD);
        return;
      }
      const end = headEnd + HEAD_END.length + Number(length);
      if (received.length < end) return;
      const body = received.slice(headEnd + HEAD_END.length, end);
      received = received.slice(end);
      answer(socket, body);
    }
  });
}

function answer(socket: Socket, body: string): void {
  if (body.includes('"stream":true')) stream(socket, Number(FRAMES.exec(body)?.[1]), Number(RATE.exec(body)?.[1]));
  else socket.write(COMPLETION);
}

// Each frame has its own due time, so that a late one does not move those after it.
function stream(socket: Socket, frames: number, framesPerSecond: number): void {
  const startedAtMs = performance.now();
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  const sendNext = () => {
    const head = sent === 0 ? STREAM_HEAD : '';
    const chunk = chunkOf(frameText(sent, monotonicUs()));
    sent += 1;
    if (sent >= frames) {
      socket.write(`${head}${chunk}${chunkOf(STREAM_END)}${LAST_CHUNK}`);
      return;
    }
    socket.write(head + chunk);
    timer = setTimeout(sendNext, Math.max(0, startedAtMs + (sent * 1_000) / framesPerSecond - performance.now()));
  };
  socket.once('close', () => clearTimeout(timer));
  sendNext();
}

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

createServer(serve).listen(Number(process.argv[2]), '127.0.0.1');
