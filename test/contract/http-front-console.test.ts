// The console's proxy against the rows of the HTTP table that speak of it: what crosses to the console, what comes
// back, and what the browser sees when the console fails.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ConsoleProxy,
  compileCidrs,
  createConsoleProxy,
  HTTP_LIMITS,
  type Listener,
  startListener,
} from '@secrouter/dataplane';
import { afterEach, describe, expect, test } from 'vitest';
import { openRawSocket, parseAnswers, type RawSocket, waitFor } from '../support/raw-socket.ts';

const HEAD = 'Host: gateway.test:8443\r\n';
const IDENTITY_ORIGIN = 'https://login.example.test';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let consoleServer: Server;
let listener: Listener;
let proxy: ConsoleProxy;
let received: Received[] = [];
let closedByProxy = 0;
const sockets: RawSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener.close(0);
  proxy.close();
  consoleServer.closeAllConnections();
  await new Promise((resolve) => consoleServer.close(resolve));
  received = [];
  closedByProxy = 0;
});

describe('towards the console', () => {
  test('P31 drops what Connection names, and the header itself', async () => {
    await start();

    await exchange(get('/admin', 'Connection: close, X-Drop\r\nX-Drop: secret\r\nX-Keep: kept\r\n'));

    expect(received[0]?.headers).toMatchObject({ 'x-keep': 'kept' });
    expect(received[0]?.headers).not.toHaveProperty('x-drop');
  });

  test('P32 drops every header of one connection', async () => {
    await start();

    await exchange(
      get(
        '/admin',
        'TE: trailers\r\nTrailer: X\r\nKeep-Alive: timeout=5\r\nProxy-Authorization: Basic x\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n',
      ),
    );

    const names = Object.keys(received[0]?.headers ?? {});
    for (const name of [
      'te',
      'trailer',
      'keep-alive',
      'proxy-authorization',
      'proxy-connection',
      'upgrade',
      'http2-settings',
    ]) {
      expect(names).not.toContain(name);
    }
  });

  test('P33 passes the browser its own credentials through', async () => {
    await start();

    await exchange(get('/admin', 'Authorization: Bearer mine\r\nCookie: a=1\r\nCookie: b=2\r\n'));

    expect(received[0]?.headers).toMatchObject({ authorization: 'Bearer mine', cookie: 'a=1; b=2' });
  });

  test('P33 writes X-Forwarded itself, whatever the client said', async () => {
    await start();

    await exchange(
      get(
        '/admin',
        'X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\nX-Middleware-Subrequest: middleware\r\n',
      ),
    );

    expect(received[0]?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'gateway.test:8443',
      'x-forwarded-proto': 'http',
    });
    for (const name of ['x-forwarded-port', 'forwarded', 'x-real-ip', 'x-middleware-subrequest']) {
      expect(received[0]?.headers).not.toHaveProperty(name);
    }
  });

  test('P87 believes a trusted balancer about address, name and scheme', async () => {
    await start({ trusted: ['127.0.0.0/8'] });

    await exchange(
      get(
        '/admin',
        'X-Forwarded-For: 1.1.1.1, 203.0.113.1\r\nX-Forwarded-Host: ai.example.test\r\nX-Forwarded-Proto: https\r\n',
      ),
    );

    expect(received[0]?.headers).toMatchObject({
      'x-forwarded-for': '203.0.113.1',
      'x-forwarded-host': 'ai.example.test',
      'x-forwarded-proto': 'https',
    });
  });

  test('P29 answers Expect itself and still replaces the headers', async () => {
    await start();
    const socket = await open();

    socket.send(
      `POST /admin/api/x HTTP/1.1\r\n${HEAD}X-Forwarded-For: 203.0.113.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
    );
    await socket.until(/100 Continue/);
    socket.send('hello');
    await socket.until(/200 OK/);

    expect(received[0]).toMatchObject({
      body: 'hello',
      headers: { 'x-forwarded-for': '127.0.0.1', 'content-length': '5' },
    });
    expect(received[0]?.headers).not.toHaveProperty('expect');
  });

  test('carries a chunked body with a length, and the path as it came', async () => {
    await start();

    await exchange(
      `PUT /admin/api/a%2Fb?x=%2F&y HTTP/1.1\r\n${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    );

    expect(received[0]).toMatchObject({ method: 'PUT', url: '/admin/api/a%2Fb?x=%2F&y', body: 'hello' });
    expect(received[0]?.headers).toMatchObject({ 'content-length': '5' });
    expect(received[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  test('P45 refuses a body over a megabyte before the console sees anything', async () => {
    await start();

    const answers = await exchange(`POST /admin/api/x HTTP/1.1\r\n${HEAD}Content-Length: 1048577\r\n\r\n`);

    expect(answers[0]?.status).toBe(413);
    expect(received).toEqual([]);
  });

  test('P14 refuses HTTP/1.0 without a Host', async () => {
    await start();

    const answers = await exchange('GET /admin HTTP/1.0\r\n\r\n');

    expect(answers[0]?.status).toBe(400);
    expect(received).toEqual([]);
  });
});

describe('towards the browser', () => {
  test('P35 passes cookies one by one and drops what is the console’s own', async () => {
    await start({
      answer: (_request, response) => {
        response.writeHead(200, {
          'Set-Cookie': ['a=1; Path=/admin', 'b=2; HttpOnly'],
          Server: 'next',
          'X-Powered-By': 'Next.js',
          Via: '1.1 inner',
          'Alt-Svc': 'h3=":443"',
          Connection: 'close, X-Inner',
          'X-Inner': 'secret',
          'Content-Security-Policy': "default-src 'self'",
        });
        response.end('page');
      },
    });

    const [answer] = await exchange(get('/admin'));

    expect(answer).toMatchObject({ status: 200, body: 'page' });
    expect(answer?.headers).toHaveProperty('content-security-policy');
    for (const name of ['server', 'x-powered-by', 'via', 'alt-svc', 'x-inner'])
      expect(answer?.headers).not.toHaveProperty(name);
    expect(sockets[0]?.received.match(/set-cookie: [ab]=/gi)).toHaveLength(2);
  });

  test.each([
    ['/admin/overview', '/admin/overview'],
    ['overview?x=1', 'overview?x=1'],
    ['http://gateway.test:8443/admin', 'http://gateway.test:8443/admin'],
    [`${IDENTITY_ORIGIN}/authorize?x=1`, `${IDENTITY_ORIGIN}/authorize?x=1`],
    ['CONSOLE/admin/overview?x=1#y', 'http://gateway.test:8443/admin/overview?x=1#y'],
    ['CONSOLE//evil.test/', 'http://gateway.test:8443//evil.test/'],
  ])('P36 passes a redirect to %s', async (location, expected) => {
    await start({
      answer: (_request, response) =>
        response.writeHead(307, { location: location.replace('CONSOLE', consoleOrigin()) }).end(),
    });

    const [answer] = await exchange(get('/admin'));

    expect(answer).toMatchObject({ status: 307, headers: { location: expected } });
  });

  test.each([
    'https://evil.test/',
    '//evil.test/',
    '/\\evil.test/',
    'https://gateway.test:8443@evil.test/',
    'https://login.example.test.evil.test/',
    'http://login.example.test/',
    'http://user:pass@gateway.test:8443/',
    'javascript:alert(1)',
    'http://169.254.169.254/',
    'http://[',
  ])('P36 refuses a redirect to %s', async (location) => {
    await start({ answer: (_request, response) => response.writeHead(302, { location }).end('body') });

    const [answer] = await exchange(get('/admin'));

    expect(answer?.status).toBe(502);
    expect(answer?.headers).not.toHaveProperty('location');
    expect(answer?.body).toContain('upstream_redirect');
  });

  test('P23 passes HEAD without a body', async () => {
    await start();

    const socket = await open();
    socket.send(`HEAD /admin HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`);

    expect(await socket.closed()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
    expect(received[0]?.method).toBe('HEAD');
  });
});

describe('failures', () => {
  test('P72 cuts the answer when the console dies in the middle', async () => {
    await start({
      answer: (_request, response) => {
        response.write('first part');
        setImmediate(() => response.destroy());
      },
    });
    const socket = await open();

    socket.send(get('/admin'));
    const text = await socket.closed();

    expect(text).toContain('first part');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  test('P72 cuts the answer when it ends short of its length', async () => {
    await start({
      answer: (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('first part');
        setImmediate(() => response.destroy());
      },
    });
    const socket = await open();

    socket.send(get('/admin'));

    expect(await socket.closed()).toMatch(/first part$/);
  });

  test.each([
    ['a page', 'Accept: text/html,*/*\r\n', 'text/html; charset=utf-8'],
    ['JSON', 'Accept: application/json\r\n', 'application/json; charset=utf-8'],
  ])('P83 answers 503 with %s when the console closes before its headers', async (_name, accept, contentType) => {
    await start({ answer: (request) => request.socket.destroy() });

    const [answer] = await exchange(get('/admin', accept));

    expect(answer).toMatchObject({ status: 503, headers: { 'content-type': contentType } });
    expect(answer?.headers).toHaveProperty('retry-after');
    expect(answer?.body).toContain('The console is not reachable; requests go on.');
  });

  test('P83 answers 503 when nobody listens', async () => {
    await start();
    consoleServer.closeAllConnections();
    await new Promise((resolve) => consoleServer.close(resolve));

    const [answer] = await exchange(get('/admin'));

    expect(answer?.status).toBe(503);
  });

  test('P83 answers 503 when the console stays silent', async () => {
    await start({ answer: () => {}, timeoutMs: 100 });

    const [answer] = await exchange(get('/admin'));

    expect(answer?.status).toBe(503);
  });

  test('P78 cancels at the console when the browser leaves before the answer', async () => {
    await start({ answer: () => {} });
    const socket = await open();
    socket.send(get('/admin'));
    await waitFor(
      () => received.length === 1,
      2_000,
      () => 'the console was not asked',
    );

    socket.destroy();

    await waitFor(
      () => closedByProxy === 1,
      1_000,
      () => 'the console still works for nobody',
    );
  });

  test('P78 cancels at the console when the browser leaves mid-answer', async () => {
    await start({ answer: (_request, response) => response.write('first part') });
    const socket = await open();
    socket.send(get('/admin'));
    await socket.until(/first part/);

    socket.destroy();

    await waitFor(
      () => closedByProxy === 1,
      1_000,
      () => 'the console still works for nobody',
    );
  });
});

interface StartOptions {
  readonly answer?: (...args: Parameters<RequestListener>) => unknown;
  readonly trusted?: readonly string[];
  readonly timeoutMs?: number;
}

async function start({
  answer = (_request, response) => response.end('ok'),
  trusted = [],
  timeoutMs = 5_000,
}: StartOptions = {}) {
  consoleServer = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) closedByProxy += 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    answer(request, response);
  });
  await new Promise<void>((resolve) => consoleServer.listen(0, '127.0.0.1', resolve));
  const log = { info: () => {}, warn: () => {} };
  const trustedProxies = compileCidrs(trusted);
  proxy = createConsoleProxy({
    target: new URL(consoleOrigin()),
    log,
    identityOrigins: () => [IDENTITY_ORIGIN],
    trustedProxies: () => trustedProxies,
    timeoutMs,
  });
  const limits = { ...HTTP_LIMITS, timerStepMs: 20, lingerMs: 200 };
  listener = await startListener({ handler: proxy.handle, host: '127.0.0.1', port: 0, limits, log });
}

function consoleOrigin(): string {
  return `http://127.0.0.1:${(consoleServer.address() as AddressInfo).port}`;
}

async function open(): Promise<RawSocket> {
  const socket = await openRawSocket(listener.address.port);
  sockets.push(socket);
  return socket;
}

async function exchange(message: string) {
  const socket = await open();
  return parseAnswers(await socket.send(message).closed());
}

function get(path: string, headers = ''): string {
  const connection = /^Connection:/m.test(headers) ? '' : 'Connection: close\r\n';
  return `GET ${path} HTTP/1.1\r\n${HEAD}${connection}${headers}\r\n`;
}
