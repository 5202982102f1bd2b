// The rows of the HTTP table that the data plane's listener owns, on raw sockets, with a handler that only notes what
// reaches it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ByteBudget,
  clientAddress,
  compileCidrs,
  HTTP_LIMITS,
  type HttpLimits,
  type Listener,
  readBody,
  requireJson,
  sendRefusal,
  startListener,
} from '@secrouter/dataplane';
import { RequestRefused } from '@secrouter/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { openRawSocket, parseAnswers, type RawSocket, waitFor } from '../support/raw-socket.ts';

const MAX_BODY_BYTES = 1_048_576;
const HEAD = 'Host: gateway.test\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const AUTHORIZED = 'Authorization: Bearer good\r\n';
const CHUNKED = `POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n`;
const SHORT = { timerStepMs: 20, lingerMs: 200 };

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bodies: string[];
}

let listener: Listener;
let seen: Seen[] = [];
let refused: string[] = [];
let inFlight = new ByteBudget(MAX_BODY_BYTES * 4);
/** Answers of `/v1/hold` wait for this. */
let holds: ServerResponse[] = [];
const sockets: RawSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener.close(0);
  seen = [];
  refused = [];
  holds = [];
  inFlight = new ByteBudget(MAX_BODY_BYTES * 4);
});

describe('framing', () => {
  test.each([
    [
      'P01 refuses Content-Length before Transfer-Encoding',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ],
    [
      'P02 refuses Transfer-Encoding before Content-Length',
      'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
      '0\r\n\r\n',
    ],
    ['P03 refuses two Content-Length that differ', 'Content-Length: 5\r\nContent-Length: 6\r\n', 'hello'],
    ['P03 refuses two Content-Length that agree', 'Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'],
    ['P03 refuses a list of lengths', 'Content-Length: 5, 5\r\n', 'hello'],
    ['P04 refuses a signed length', 'Content-Length: +5\r\n', 'hello'],
    ['P04 refuses a hexadecimal length', 'Content-Length: 0x5\r\n', 'hello'],
    ['P04 refuses a negative length', 'Content-Length: -1\r\n', 'hello'],
    ['P04 refuses a length beyond 64 bits', 'Content-Length: 18446744073709551621\r\n', 'hello'],
    ['P05 refuses an unknown coding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
    ['P05 refuses a coding after chunked', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
    ['P05 refuses a coding before chunked', 'Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'],
    ['P05 refuses an empty element before chunked', 'Transfer-Encoding: , chunked\r\n', '0\r\n\r\n'],
    [
      'P05 refuses two Transfer-Encoding lines',
      'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ],
    ['P07 refuses a space before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
    ['P08 refuses a folded header', 'X-Note: a\r\n b\r\n', ''],
    ['P08 refuses a folded Transfer-Encoding', 'Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'],
    ['P09 refuses a bare LF behind a header', 'X-Note: a\nX-Other: b\r\n', ''],
    ['P10 refuses a bare CR in a value', 'X-Note: a\rb\r\n', ''],
    ['P10 refuses a NUL in a value', 'X-Note: a\x00b\r\n', ''],
    ['P16 refuses two Authorization', `${AUTHORIZED}Authorization: Bearer other\r\n`, ''],
    ['P16 refuses two Content-Type', `${JSON_TYPE}content-type: text/plain\r\n`, ''],
    ['P16 refuses two X-Data-Classification', 'X-Data-Classification: a\r\nX-Data-Classification: a\r\n', ''],
  ])('%s', async (_name, headers, body) => {
    await start();

    const answers = await exchange(`POST /v1/echo HTTP/1.1\r\n${HEAD}${headers}\r\n${body}`);

    expectRefusal(answers, 400, 'invalid_request');
    expect(seen).toEqual([]);
  });

  test.each([
    ['P09 refuses bare LF line ends', `GET /v1/echo HTTP/1.1\nHost: a\n\n`],
    ['P09 refuses a bare LF as the end of the head', `GET /v1/echo HTTP/1.1\r\nHost: a\r\n\n`],
    [
      'P14 refuses Transfer-Encoding in HTTP/1.0',
      `POST /v1/echo HTTP/1.0\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['P14 refuses HTTP/0.9', 'GET /v1/echo\r\n\r\n'],
    ['P14 refuses HTTP/0.9 by its name', `GET /v1/echo HTTP/0.9\r\n${HEAD}\r\n`],
    ['P14 refuses HTTP/1.2', `GET /v1/echo HTTP/1.2\r\n${HEAD}\r\n`],
    ['P14 refuses HTTP/2.0 in text', `GET /v1/echo HTTP/2.0\r\n${HEAD}\r\n`],
    ['P15 refuses a request without Host', 'GET /v1/echo HTTP/1.1\r\n\r\n'],
    ['P15 refuses an empty Host', 'GET /v1/echo HTTP/1.1\r\nHost: \r\n\r\n'],
    ['P15 refuses two Host', `GET /v1/echo HTTP/1.1\r\n${HEAD}${HEAD}\r\n`],
    ['P15 refuses a Host with user information', 'GET /v1/echo HTTP/1.1\r\nHost: a@evil.test\r\n\r\n'],
    ['P17 refuses the absolute form', `GET http://evil.test/v1/echo HTTP/1.1\r\n${HEAD}\r\n`],
    ['P25 refuses a lower-case method', `get /v1/echo HTTP/1.1\r\n${HEAD}\r\n`],
    ['P25 refuses a mixed-case method', `pOST /v1/echo HTTP/1.1\r\n${HEAD}\r\n`],
  ])('%s', async (_name, message) => {
    await start();

    const answers = await exchange(message);

    expectRefusal(answers, 400, 'invalid_request');
    expect(seen).toEqual([]);
  });

  test('P14 refuses the HTTP/2 preface', async () => {
    await start();

    const answers = await exchange('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00');

    expectRefusal(answers, 426, 'upgrade_refused');
  });

  test('P14 serves HTTP/1.0 without a Host and closes', async () => {
    await start();

    const answers = await exchange(`GET /v1/echo HTTP/1.0\r\n${AUTHORIZED}\r\n`);

    expect(answers.map((answer) => answer.status)).toEqual([200]);
  });
});

describe('chunks', () => {
  test('P11 ignores a chunk extension', async () => {
    await start();

    const socket = await open();
    socket.send(`${CHUNKED}5;name=value\r\nhello\r\n0\r\n\r\n`);
    await socket.until(/hello/);

    expect(seen[0]?.bodies).toEqual(['hello']);
  });

  test.each([
    ['P11 refuses an extension that ends in a bare LF', '5;a=b\nhello\r\n0\r\n\r\n', 400, 'invalid_request'],
    [
      'P11 refuses an extension of a megabyte',
      `5;a=${'b'.repeat(1_000_000)}\r\nhello\r\n0\r\n\r\n`,
      413,
      'request_too_large',
    ],
    ['P12 refuses a size with a prefix', '0x5\r\nhello\r\n0\r\n\r\n', 400, 'invalid_request'],
    ['P12 refuses a chunk without its line end', '5\r\nhello0\r\n\r\n', 400, 'invalid_request'],
    ['P12 refuses a bare LF behind the size', '5\nhello\r\n0\r\n\r\n', 400, 'invalid_request'],
    ['P12 refuses a size beyond 64 bits', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n', 400, 'invalid_request'],
    ['P12 refuses a negative size', '-5\r\nhello\r\n0\r\n\r\n', 400, 'invalid_request'],
    [
      'P12 refuses trailers beyond the header limit',
      `5\r\nhello\r\n0\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ])('%s', async (_name, body, status, code) => {
    await start();

    const answers = await exchange(CHUNKED + body);

    expectRefusal(answers, status, code);
    expect(seen.flatMap((request) => request.bodies)).toEqual([]);
  });

  test('P12 answers once when the body turns out malformed while the handler reads it', async () => {
    await start();
    const socket = await open();
    socket.send(`${CHUNKED}5\r\nhello\r\n`);
    await waitFor(
      () => seen.length === 1,
      2_000,
      () => 'the handler was not called',
    );

    socket.send('0x5\r\nhello\r\n');

    expectRefusal(parseAnswers(await socket.closed()), 400, 'invalid_request');
    expect(seen[0]?.bodies).toEqual([]);
  });

  test('P12 keeps trailers out of the headers', async () => {
    await start();

    const socket = await open();
    socket.send(`${CHUNKED.replace(AUTHORIZED, '')}5\r\nhello\r\n0\r\nAuthorization: Bearer good\r\n\r\n`);
    await socket.until(/missing_token/);

    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('targets and methods', () => {
  test.each([
    '//evil.test/a',
    '/v1/../../b',
    '/v1/./echo',
    '/v1/..',
    '/%2e%2e/a',
    '/v1/%2E/echo',
    '/v1/%2f../echo',
    '/v1/echo;x=1',
    '/v1\\echo',
    '/v1%5cecho',
    '/v1/echo#x',
    '/v1/echo%00',
    '/v1/%zz',
  ])('P18 answers 404 to %s', async (target) => {
    await start();

    const answers = await exchange(`GET ${target} HTTP/1.1\r\n${HEAD}${AUTHORIZED}\r\n`);

    expectRefusal(answers, 404, 'not_found');
    expect(seen).toEqual([]);
  });

  test('P18 leaves an encoded slash and dots inside a name to the handler', async () => {
    await start();

    const socket = await open();
    socket.send(`GET /v1/models/local%2Fgpt-4.1?x=/../y HTTP/1.1\r\n${HEAD}${AUTHORIZED}\r\n`);
    await socket.until(/200 OK/);

    expect(seen[0]?.url).toBe('/v1/models/local%2Fgpt-4.1?x=/../y');
  });

  test('P19 refuses CONNECT and closes', async () => {
    await start();

    const answers = await exchange(`CONNECT evil.test:443 HTTP/1.1\r\n${HEAD}\r\n`);

    expectRefusal(answers, 405, 'method_not_allowed');
    expect(seen).toEqual([]);
  });

  test.each(['TRACE', 'SOURCE', 'PROPFIND'])('P20 refuses %s', async (method) => {
    await start();

    const answers = await exchange(`${method} /v1/echo HTTP/1.1\r\n${HEAD}\r\n`);

    expectRefusal(answers, 405, 'method_not_allowed');
    expect(answers[0]?.headers).toHaveProperty('allow');
    expect(seen).toEqual([]);
  });

  test('P21 refuses a WebSocket', async () => {
    await start();

    const answers = await exchange(
      `GET /v1/echo HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );

    expectRefusal(answers, 426, 'upgrade_refused');
    expect(seen).toEqual([]);
  });

  test('P21 ignores an offer of h2c and keeps the connection', async () => {
    await start();
    const socket = await open();

    socket.send(
      `POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 5\r\n\r\nhello`,
    );
    await socket.until(/hello$/);
    socket.send(post('again'));
    await socket.until(/again$/);

    expect(parseAnswers(socket.received).map((answer) => answer.status)).toEqual([200, 200]);
  });

  test('P23 sends no body to HEAD', async () => {
    await start();
    const socket = await open();

    socket.send(`HEAD /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}\r\n`);
    await socket.until(/\r\n\r\n$/);
    socket.send(get('/v1/after'));
    await socket.until(/GET \/v1\/after/);

    expect(socket.received.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    expect(socket.received).not.toContain('HEAD /v1/echo');
  });
});

describe('headers', () => {
  test('P26 refuses a header block of 17 KB', async () => {
    await start();

    const answers = await exchange(`GET /v1/echo HTTP/1.1\r\n${HEAD}X-Note: ${'a'.repeat(17_000)}\r\n\r\n`);

    expectRefusal(answers, 431, 'headers_too_large');
  });

  test('P26 refuses a target of 17 KB', async () => {
    await start();

    const answers = await exchange(`GET /${'a'.repeat(17_000)} HTTP/1.1\r\n${HEAD}\r\n`);

    expectRefusal(answers, 431, 'headers_too_large');
  });

  test('P26 refuses 101 headers and takes 100, dropping none', async () => {
    await start();
    const filler = (count: number) => 'X-Note: a\r\n'.repeat(count);

    const refusedAnswers = await exchange(`GET /v1/echo HTTP/1.1\r\n${HEAD}${filler(100)}\r\n`);
    const socket = await open();
    socket.send(`GET /v1/echo HTTP/1.1\r\n${HEAD}${filler(98)}${AUTHORIZED}\r\n`);
    await socket.until(/200 OK/);

    expectRefusal(refusedAnswers, 431, 'headers_too_large');
    expect(seen.map((request) => request.headers.authorization)).toEqual(['Bearer good']);
  });
});

describe('pipelines', () => {
  test('P28 answers ten pipelined requests in order, each with its own credential', async () => {
    await start();
    const socket = await open();
    const requests = Array.from({ length: 10 }, (_, index) =>
      index === 4 ? `GET /v1/n${index} HTTP/1.1\r\n${HEAD}\r\n` : get(`/v1/n${index}`),
    );

    socket.send(requests.join(''));
    await socket.until(/GET \/v1\/n9/);

    const answers = parseAnswers(socket.received);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 401, 200, 200, 200, 200, 200]);
    expect(seen.map((request) => request.url)).toEqual(Array.from({ length: 10 }, (_, index) => `/v1/n${index}`));
  });

  test('P28 lets sixteen wait, answers them in order and refuses the next', async () => {
    await start();
    const socket = await open();
    socket.send(get('/v1/hold') + Array.from({ length: 30 }, (_, index) => get(`/v1/n${index}`)).join(''));
    await waitFor(
      () => holds.length === 1,
      2_000,
      () => 'the first request did not arrive',
    );

    holds[0]?.end('held');

    const answers = parseAnswers(await socket.closed());
    expect(answers).toHaveLength(18);
    expect(answers.slice(1, 17).map((answer) => answer.body)).toEqual(
      Array.from({ length: 16 }, (_, index) => `GET /v1/n${index} `),
    );
    expect(answers[17]?.status).toBe(503);
    expect(answers[17]?.headers['retry-after']).toBe('1');
    expect(seen).toHaveLength(17);
  });

  test('P28 answers what came before a malformed request, then refuses and closes', async () => {
    await start();
    const socket = await open();
    socket.send(`${get('/v1/hold')}GET /v1/next HTTP/1.1\r\nX-Note : bad\r\n\r\n${get('/v1/smuggled')}`);
    await waitFor(
      () => holds.length === 1,
      2_000,
      () => 'the first request did not arrive',
    );

    holds[0]?.end('held');

    const answers = parseAnswers(await socket.closed());
    expect(answers.map((answer) => answer.status)).toEqual([200, 400]);
    expect(seen).toHaveLength(1);
  });

  test('P28 ignores what follows Connection: close', async () => {
    await start();
    const socket = await open();

    socket.send(`GET /v1/last HTTP/1.1\r\n${HEAD}${AUTHORIZED}Connection: close\r\n\r\n${get('/v1/more')}`);

    expect(parseAnswers(await socket.closed()).map((answer) => answer.body)).toEqual(['GET /v1/last ']);
    expect(seen).toHaveLength(1);
  });

  test('P28 closes after a refusal for form, so that nothing behind it is read as a request', async () => {
    await start();
    const socket = await open();

    socket.send(`POST /v1/echo HTTP/1.1\r\n${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${get('/v1/more')}`);

    expectRefusal(parseAnswers(await socket.closed()), 400, 'invalid_request');
    expect(seen).toEqual([]);
  });

  test('P85 queues a second request while a stream runs', async () => {
    await start();
    const socket = await open();
    socket.send(get('/v1/hold'));
    await waitFor(
      () => holds.length === 1,
      2_000,
      () => 'the first request did not arrive',
    );
    holds[0]?.write('data: 1\n\n');
    await socket.until(/data: 1/);

    socket.send(post('second'));
    holds[0]?.write('data: 2\n\n');
    await socket.until(/data: 2/);
    const seenWhileStreaming = seen.length;
    holds[0]?.end();
    await socket.until(/second$/);

    expect(seenWhileStreaming).toBe(1);
    expect(parseAnswers(socket.received).map((answer) => answer.body)).toEqual([
      'data: 1\n\ndata: 2\n\n',
      'POST /v1/echo second',
    ]);
  });
});

describe('expectations', () => {
  const expecting = (token: string) =>
    `POST /v1/echo HTTP/1.1\r\n${HEAD}Authorization: Bearer ${token}\r\n${JSON_TYPE}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`;

  test('P29 answers 401 to a bad token without asking for the body', async () => {
    await start();
    const socket = await open();

    socket.send(expecting('bad'));

    expectRefusal(parseAnswers(await socket.closed()), 401, 'invalid_token');
    expect(socket.received).not.toContain('100 Continue');
  });

  test('P29 sends 100 once the body is wanted, and once only', async () => {
    await start();
    const socket = await open();

    socket.send(expecting('good'));
    await socket.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    socket.send('hello');
    await socket.until(/hello$/);

    expect(socket.received.match(/100 Continue/g)).toHaveLength(1);
  });

  test.each(['bogus', '100-continue, bogus', 'x-100-continue'])('P30 refuses Expect: %s', async (value) => {
    await start();

    const answers = await exchange(
      `POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Expect: ${value}\r\nContent-Length: 5\r\n\r\nhello`,
    );

    expectRefusal(answers, 417, 'expectation_failed');
    expect(seen).toEqual([]);
  });
});

describe('arrival', () => {
  test('P42 answers 408 to headers that drip', async () => {
    await start({ headersTimeoutMs: 300 });
    const socket = await open();
    const startMs = performance.now();
    const drip = setInterval(() => socket.send('a'), 30);

    socket.send(`GET /v1/echo HTTP/1.1\r\n${HEAD}X-Drip: `);
    const answers = parseAnswers(await socket.closed());
    clearInterval(drip);

    expectRefusal(answers, 408, 'request_timeout');
    expect(performance.now() - startMs).toBeLessThan(300 + SHORT.lingerMs + 400);
  });

  test('P42 closes a connection that never says anything, without a word', async () => {
    await start({ headersTimeoutMs: 100 });
    const socket = await open();

    expect(await socket.closed()).toBe('');
  });

  test('P42 lets a running answer end before it refuses the half-sent request behind it', async () => {
    await start({ headersTimeoutMs: 100 });
    const socket = await open();
    socket.send(`${get('/v1/hold')}GET /v1/half HTTP/1.1\r\n`);
    await waitFor(
      () => holds.length === 1,
      2_000,
      () => 'the first request did not arrive',
    );
    holds[0]?.write('part one, ');
    await waitFor(
      () => !socket.isClosed && socket.received.includes('part one'),
      2_000,
      () => 'no first part',
    );
    // The half-sent head is overdue by now as far as the server's own clock is concerned.
    const endMs = performance.now() + 250;
    await waitFor(
      () => performance.now() > endMs,
      1_000,
      () => 'the clock stands still',
    );

    holds[0]?.end('part two');

    const answers = parseAnswers(await socket.closed());
    expect(answers.map((answer) => answer.status)).toEqual([200, 408]);
    expect(answers[0]?.body).toBe('part one, part two');
  });

  test('P43 answers 408 to a body that pauses', async () => {
    await start({}, { idleMs: 150 });
    const socket = await open();

    socket.send(`POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Content-Length: 5\r\n\r\nhe`);

    expectRefusal(parseAnswers(await socket.closed()), 408, 'request_timeout');
  });

  test('P43 answers 408 to a body that drips', async () => {
    await start({}, { idleMs: 200, minBytesPerSecond: 8_192 });
    const socket = await open();
    const drip = setInterval(() => socket.send('a'), 20);

    socket.send(`POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Content-Length: 5000\r\n\r\n`);
    const answers = parseAnswers(await socket.closed());
    clearInterval(drip);

    expectRefusal(answers, 408, 'request_timeout');
  });

  test('P44 closes idle connections after the keep-alive time', async () => {
    await start({ keepAliveTimeoutMs: 150 });
    const idle = await Promise.all(Array.from({ length: 50 }, () => open()));
    for (const socket of idle) socket.send(get('/v1/echo'));
    await Promise.all(idle.map((socket) => socket.until(/GET \/v1\/echo/)));

    const received = await Promise.all(idle.map((socket) => socket.closed()));

    expect(received.every((text) => parseAnswers(text).length === 1)).toBe(true);
    await waitFor(
      () => listener.connectionCount() === 0,
      2_000,
      () => 'connections are left',
    );
  });

  test('P44 answers 503 above the cap on connections and serves again below it', async () => {
    await start({ maxConnections: 2 });
    const first = await open();
    const second = await open();
    for (const socket of [first, second]) await served(socket);

    const third = await open();
    const answers = parseAnswers(await third.closed());
    first.destroy();
    await waitFor(
      () => listener.connectionCount() === 1,
      2_000,
      () => 'the closed connection still counts',
    );
    const fourth = await open();
    await served(fourth);

    expectRefusal(answers, 503, 'overloaded');
    expect(answers[0]?.headers['retry-after']).toBe('1');
  });
});

describe('bodies', () => {
  test('P45 answers 413 at once to a length over the limit, the body unread', async () => {
    await start();
    const socket = await open();

    socket.send(
      `POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Content-Length: ${MAX_BODY_BYTES + 1}\r\n\r\nfirst bytes`,
    );

    expectRefusal(parseAnswers(await socket.closed()), 413, 'request_too_large');
    expect(inFlight.usedBytes).toBe(0);
  });

  test('P45 is heard by a client that goes on sending', async () => {
    await start();
    const socket = await open();

    socket.send(`POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Content-Length: 8388608\r\n\r\n`);
    for (let sent = 0; sent < 8_388_608; sent += 65_536) socket.sendBytes(Buffer.alloc(65_536, 0x61));

    expectRefusal(parseAnswers(await socket.closed()), 413, 'request_too_large');
    expect(socket.failure).toBeUndefined();
  });

  test('P46 answers 413 to chunks over the limit, holding no more than the limit', async () => {
    await start();
    let mostBytes = 0;
    const take = inFlight.take.bind(inFlight);
    inFlight.take = (bytes) => {
      take(bytes);
      mostBytes = Math.max(mostBytes, inFlight.usedBytes);
    };
    const socket = await open();
    const chunk = `8000\r\n${'a'.repeat(0x8000)}\r\n`;

    socket.send(CHUNKED + chunk.repeat(40));

    expectRefusal(parseAnswers(await socket.closed()), 413, 'request_too_large');
    expect(mostBytes).toBeGreaterThan(0);
    expect(mostBytes).toBeLessThanOrEqual(MAX_BODY_BYTES + 65_536);
    await waitFor(
      () => inFlight.usedBytes === 0,
      2_000,
      () => 'bytes are still taken',
    );
  });

  test('P46 takes a chunked body of exactly the limit, byte for byte', async () => {
    await start();
    const socket = await open();
    const text = Array.from({ length: MAX_BODY_BYTES / 8 }, (_, index) => String(index).padStart(8, '0')).join('');

    socket.send(`${CHUNKED}10000\r\n`);
    for (let offset = 0; offset < text.length; offset += 0x10000) {
      socket.send(`${offset === 0 ? '' : '10000\r\n'}${text.slice(offset, offset + 0x10000)}\r\n`);
    }
    socket.send('0\r\n\r\n');
    await socket.until(/200 OK/);

    expect(seen[0]?.bodies[0] === text).toBe(true);
  });

  test('P46 answers 503 where the pod already holds all the bytes it may', async () => {
    inFlight = new ByteBudget(100);
    await start();
    const socket = await open();

    socket.send(post('a'.repeat(101)));
    await socket.until(/\}\}$/);

    const answers = parseAnswers(socket.received);
    expectRefusal(answers, 503, 'overloaded');
    expect(answers[0]?.headers['retry-after']).toBe('1');
  });

  test('P46 gives the bytes back when the client leaves mid-body', async () => {
    await start();
    const socket = await open();
    socket.send(`POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Content-Length: 1000\r\n\r\nhello`);
    await waitFor(
      () => inFlight.usedBytes === 5,
      2_000,
      () => 'the bytes did not arrive',
    );

    socket.destroy();

    await waitFor(
      () => inFlight.usedBytes === 0,
      2_000,
      () => 'bytes are still taken',
    );
    await waitFor(
      () => seen[0]?.bodies[0] === 'client gone',
      2_000,
      () => 'the handler was not told',
    );
  });

  test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity'])('P47 refuses Content-Encoding: %s', async (value) => {
    await start();

    const answers = await exchange(withType('application/json', `Content-Encoding: ${value}\r\n`));

    expectRefusal(answers, 415, 'unsupported_media_type');
  });

  test.each([
    ['nothing', ''],
    ['text/plain', 'text/plain'],
    ['charset=utf-16', 'application/json; charset=utf-16'],
    ['charset=latin1', 'application/json; charset="iso-8859-1"'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['a prefix', 'application/jsonx'],
  ])('P49 refuses the type %s', async (_name, type) => {
    await start();

    expectRefusal(await exchange(withType(type)), 415, 'unsupported_media_type');
  });

  test.each([
    'application/json',
    'application/json;x',
    'Application/JSON; charset=UTF-8',
    'application/json; charset="utf-8"',
  ])('P49 takes the type %s', async (type) => {
    await start();
    const socket = await open();

    socket.send(withType(type));
    await socket.until(/hello$/);

    expect(parseAnswers(socket.received)[0]?.status).toBe(200);
  });

  test('P49 keeps the connection after a refusal when the body had arrived whole', async () => {
    await start();
    const socket = await open();

    socket.send(withType('text/plain'));
    await socket.until(/unsupported_media_type/);
    socket.send(post('again'));
    await socket.until(/again$/);

    expect(parseAnswers(socket.received).map((answer) => answer.status)).toEqual([415, 200]);
  });
});

describe('addresses', () => {
  test.each([
    ['no header', [], '127.0.0.1'],
    ['one client', ['X-Forwarded-For: 203.0.113.7'], '203.0.113.7'],
    ['a forged entry to the left', ['X-Forwarded-For: 198.51.100.1, 203.0.113.7'], '203.0.113.7'],
    ['a trusted proxy in between', ['X-Forwarded-For: 203.0.113.7, 10.1.2.3'], '203.0.113.7'],
    ['two lines', ['X-Forwarded-For: 198.51.100.1', 'X-Forwarded-For: 203.0.113.7'], '203.0.113.7'],
    ['ports and brackets', ['X-Forwarded-For: [2001:db8::1]:443'], '2001:db8::1'],
    ['a mapped address', ['X-Forwarded-For: ::ffff:203.0.113.7'], '203.0.113.7'],
    ['garbage at the right', ['X-Forwarded-For: 203.0.113.7, unknown'], '127.0.0.1'],
    ['garbage behind a trusted proxy', ['X-Forwarded-For: evil, 10.1.2.3'], '10.1.2.3'],
    ['trusted proxies only', ['X-Forwarded-For: 10.0.0.9, 10.1.2.3'], '10.0.0.9'],
  ])('P87 takes the rightmost untrusted address: %s', async (_name, lines, expected) => {
    await start();
    const socket = await open();

    socket.send(`GET /v1/address HTTP/1.1\r\n${HEAD}${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
    await socket.until(/\r\n\r\n.+$/);

    expect(parseAnswers(socket.received)[0]?.body).toBe(expected);
  });

  test('P87 believes nothing of a peer that is no trusted proxy', async () => {
    await start();
    const socket = await open();

    socket.send(`GET /v1/address-untrusted HTTP/1.1\r\n${HEAD}X-Forwarded-For: 203.0.113.7\r\n\r\n`);
    await socket.until(/\r\n\r\n.+$/);

    expect(parseAnswers(socket.received)[0]?.body).toBe('127.0.0.1');
  });

  test.each(['10.0.0.0/33', '10.0.0/8', 'example.test', '10.0.0.0/', '::/129', '1.2.3.4/8/8'])(
    'P87 refuses %s as a range',
    async (cidr) => {
      await start();

      expect(() => compileCidrs([cidr])).toThrow(RangeError);
    },
  );
});

describe('departure', () => {
  test('P79 takes a half-close as the client leaving', async () => {
    await start();
    const socket = await open();
    socket.send(get('/v1/hold'));
    await waitFor(
      () => holds.length === 1,
      2_000,
      () => 'the request did not arrive',
    );

    socket.finish();

    await waitFor(
      () => holds[0]?.closed === true,
      2_000,
      () => 'the response is still open',
    );
  });

  test('says Connection: close on every answer while draining, and still serves', async () => {
    await start();
    const kept = await open();
    await served(kept);

    listener.startDraining();
    kept.send(get('/v1/more'));
    const onKept = parseAnswers(await kept.closed());
    const onNew = await exchange(get('/v1/new'));

    expect(onKept.map((answer) => answer.headers.connection)).toEqual(['keep-alive', 'close']);
    expect(onNew.map((answer) => answer.status)).toEqual([200]);
  });

  test('stops accepting, lets what runs end, and closes idle connections', async () => {
    await start();
    const idle = await open();
    await served(idle);
    const busy = await open();
    busy.send(get('/v1/hold'));
    await waitFor(
      () => holds.length === 1,
      2_000,
      () => 'the request did not arrive',
    );

    const closed = listener.close(5_000);
    await idle.closed();
    await expect(openRawSocket(listener.address.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    holds[0]?.end('the end');

    expect(parseAnswers(await busy.closed())[0]).toMatchObject({ status: 200, body: 'the end' });
    await closed;
  });

  test('ends what is left after the grace', async () => {
    await start();
    const busy = await open();
    busy.send(get('/v1/hold'));
    await waitFor(
      () => holds.length === 1,
      2_000,
      () => 'the request did not arrive',
    );

    await listener.close(50);

    await busy.closed();
    expect(listener.connectionCount()).toBe(0);
  });

  test('tells of every refusal that no handler saw', async () => {
    await start();

    await exchange(`TRACE / HTTP/1.1\r\n${HEAD}\r\n`);
    await exchange('GET / HTTP/1.1\nHost: a\n\n');

    expect(refused).toEqual(['method_not_allowed 127.0.0.1', 'invalid_request 127.0.0.1']);
  });
});

async function start(limits: Partial<HttpLimits> = {}, body: { idleMs?: number; minBytesPerSecond?: number } = {}) {
  listener = await startListener({
    handler: (request, response) => void handle(request, response, body),
    host: '127.0.0.1',
    port: 0,
    limits: { ...HTTP_LIMITS, ...SHORT, ...limits },
    log: { info: () => {}, warn: () => {} },
    onRefused: (code, remoteAddress) => refused.push(`${code} ${remoteAddress}`),
  });
}

/** Authorises, then reads, as the real handler does; answers with what it saw. */
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  body: { idleMs?: number; minBytesPerSecond?: number },
): Promise<void> {
  const bodies: string[] = [];
  seen.push({ method: request.method ?? '', url: request.url ?? '', headers: { ...request.headers }, bodies });
  try {
    if (request.url?.startsWith('/v1/address')) {
      const trusted = compileCidrs(request.url === '/v1/address' ? ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'] : []);
      response.end(clientAddress(request, trusted));
      return;
    }
    if (request.headers.authorization === undefined) throw new RequestRefused('missing_token');
    if (request.headers.authorization !== 'Bearer good') throw new RequestRefused('invalid_token');
    if (request.url === '/v1/hold') {
      holds.push(response);
      return;
    }
    if (request.method === 'POST') {
      requireJson(request);
      const options = { maxBytes: MAX_BODY_BYTES, inFlight, ...body };
      bodies.push(Buffer.from(await readBody(request, response, options)).toString('latin1'));
    }
    response.end(`${request.method} ${request.url} ${bodies.join('')}`);
  } catch (error) {
    if (error instanceof RequestRefused) sendRefusal(response, error.code, error.details);
    else bodies.push(error instanceof Error && error.name === 'ClientGone' ? 'client gone' : String(error));
  }
}

async function open(): Promise<RawSocket> {
  const socket = await openRawSocket(listener.address.port);
  sockets.push(socket);
  return socket;
}

/** Sends a message and returns the answers that came before the server closed. */
async function exchange(message: string) {
  const socket = await open();
  socket.send(message);
  if (!/Expect|good/.test(message)) return parseAnswers(await socket.closed());
  await socket.until(/\r\n\r\n/);
  return parseAnswers(await settled(socket));
}

/** Waits for the close where the last answer announces one; an answer that keeps the connection is whole as it is. */
async function settled(socket: RawSocket): Promise<string> {
  return /connection: close/i.test(socket.received) ? await socket.closed() : socket.received;
}

async function served(socket: RawSocket): Promise<void> {
  socket.send(get('/v1/echo'));
  await socket.until(/GET \/v1\/echo/);
}

function get(target: string): string {
  return `GET ${target} HTTP/1.1\r\n${HEAD}${AUTHORIZED}\r\n`;
}

function post(body: string): string {
  return `POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${JSON_TYPE}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function withType(type: string, more = ''): string {
  const line = type === '' ? '' : `Content-Type: ${type}\r\n`;
  return `POST /v1/echo HTTP/1.1\r\n${HEAD}${AUTHORIZED}${line}${more}Content-Length: 5\r\n\r\nhello`;
}

/** One answer, in the error shape, with the code; never a second one. */
function expectRefusal(answers: ReturnType<typeof parseAnswers>, status: number, code: string): void {
  expect(answers.map((answer) => answer.status)).toEqual([status]);
  const [answer] = answers;
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ error: { code, type: expect.any(String) } });
  expect(answer?.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer?.headers).toHaveProperty('x-should-retry');
}
