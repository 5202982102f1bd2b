// The rows of the HTTP table that stand at the door, against a running pod: what a raw client may say, and that nothing
// of what is refused ever reaches the provider.
import { REFUSALS, type RefusalCode } from '@secrouter/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import type { ConfigJson } from '../support/fleet.ts';
import { chat, HttpWorld } from '../support/http-world.ts';
import { parseAnswers, type RawAnswer } from '../support/raw-socket.ts';

const JSON_TYPE = 'Content-Type: application/json';
const BODY = chat();
const LENGTH = `Content-Length: ${BODY.length}`;
const ARRIVAL_DEADLINE_MS = 20_000;
const METRICS_BEARER = 'metrics-bearer-7d1f';

let world: HttpWorld;
/** Rows that take ten seconds of waiting; they wait while the others run. */
let slowHeaders: Promise<RawAnswer[]>;
let slowBodies: Promise<RawAnswer[]>[];

beforeAll(async () => {
  world = await HttpWorld.start({
    podEnvironment: { SECROUTER_METRICS_BEARER: METRICS_BEARER },
    configure: (config) => {
      config.security.trustedProxies = ['127.0.0.1/32', '10.1.0.0/16'];
      config.security.classification.trustedLabelers = ['10.9.0.0/16'];
      config.security.metrics = { enabled: true, bearerEnvKey: 'SECROUTER_METRICS_BEARER' };
      addGuardedProvider(config);
    },
  });
  slowHeaders = sendSlowly('POST /v1/chat/completions HTTP/1.1\r\nHost: gateway.test\r\nX-Slow: ');
  const head = world.head([JSON_TYPE, 'Content-Length: 500']);
  slowBodies = [sendSlowly(`${head}{"model":"`), pauseAfter(`${head}{"model":"`)];
});
afterAll(() => world?.close());

// Cleared for what is public and what is confidential, not for the default between them.
function addGuardedProvider(config: ConfigJson): void {
  const [rule] = config.security.egress.allowlist;
  config.providers.guarded = config.providers.local;
  config.models.push({ ...config.models[0], id: 'guarded/small' });
  config.security.egress.allowlist.push({
    ...rule,
    provider: 'guarded',
    authorizedClassifications: ['public', 'confidential'],
  });
  const power = config.security.policy.groups['secrouter-power-users'];
  power.maxClassification = 'confidential';
  power.allowedModels.push('guarded/small');
}

beforeEach(() => world.reset());

async function sendSlowly(start: string): Promise<RawAnswer[]> {
  const socket = await world.open();
  socket.send(start);
  const timer = setInterval(() => socket.send('x'), 200);
  try {
    return parseAnswers(await socket.closed(ARRIVAL_DEADLINE_MS));
  } finally {
    clearInterval(timer);
  }
}

async function pauseAfter(start: string): Promise<RawAnswer[]> {
  const socket = await world.open();
  return parseAnswers(await socket.send(start).closed(ARRIVAL_DEADLINE_MS));
}

function expectRefusal(answers: readonly RawAnswer[], code: string, status?: number): void {
  expect(answers.map((answer) => answer.status)).toEqual([status ?? REFUSALS[code as RefusalCode].status]);
  expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: { code } });
}

const post = (...lines: readonly string[]) => world.head([JSON_TYPE, ...lines]);
const chunked = (body: string) => post('Transfer-Encoding: chunked', 'Connection: close') + body;
const get = (target: string, ...lines: readonly string[]) => world.head(lines, 'GET', target);

describe('framing', () => {
  const size = BODY.length.toString(16);
  const rows: readonly [row: string, bytes: () => string, code?: string][] = [
    ['P01 CL.TE', () => `${post(LENGTH, 'Transfer-Encoding: chunked')}0\r\n\r\n`],
    ['P02 TE.CL', () => `${post('Transfer-Encoding: chunked', LENGTH)}${size}\r\n${BODY}\r\n0\r\n\r\n`],
    ['P03 two lengths that differ', () => post(LENGTH, 'Content-Length: 5') + BODY],
    ['P03 two lengths that agree', () => post(LENGTH, LENGTH) + BODY],
    ['P03 a length as a list', () => post('Content-Length: 5, 5') + BODY],
    ['P04 a length with a sign', () => post(`Content-Length: +${BODY.length}`) + BODY],
    ['P04 a length in hex', () => post('Content-Length: 0x5') + BODY],
    ['P04 a negative length', () => post('Content-Length: -1') + BODY],
    ['P04 a length of 2^64+5', () => post('Content-Length: 18446744073709551621') + BODY],
    ['P05 an unknown coding', () => `${post('Transfer-Encoding: xchunked')}${BODY}`],
    ['P05 chunked that is not last', () => `${post('Transfer-Encoding: chunked, identity')}${BODY}`],
    ['P07 a blank before the colon', () => `${post('Transfer-Encoding : chunked')}0\r\n\r\n`],
    ['P08 a folded header', () => post('X-Fold: a\r\n b', LENGTH) + BODY],
    ['P08 a folded Transfer-Encoding', () => `${post('Transfer-Encoding:\r\n chunked')}0\r\n\r\n`],
    ['P09 bare line feeds', () => (post(LENGTH) + BODY).replaceAll('\r\n', '\n')],
    ['P10 a bare carriage return in a value', () => post('X-Value: a\rb', LENGTH) + BODY],
    ['P10 a NUL in a value', () => post('X-Value: a\0b', LENGTH) + BODY],
    [
      'P11 a chunk extension of a megabyte',
      () => chunked(`${size};a=${'b'.repeat(1_000_000)}\r\n${BODY}\r\n0\r\n\r\n`),
      'request_too_large',
    ],
    ['P11 a chunk extension that ends in a bare LF', () => chunked(`${size};a=b\n${BODY}\r\n0\r\n\r\n`)],
    ['P12 a chunk size with a prefix', () => chunked(`0x${size}\r\n${BODY}\r\n0\r\n\r\n`)],
    ['P12 a chunk without its line end', () => chunked(`${size}\r\n${BODY}0\r\n\r\n`)],
    ['P14 HTTP/1.0 with Transfer-Encoding', () => chunked('0\r\n\r\n').replace('HTTP/1.1', 'HTTP/1.0')],
    ['P14 HTTP/1.2', () => (post(LENGTH) + BODY).replace('HTTP/1.1', 'HTTP/1.2')],
    ['P14 HTTP/0.9', () => 'GET /v1/models\r\n\r\n'],
    ['P14 the HTTP/2 preface', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'upgrade_refused'],
    ['P15 no Host', () => (post(LENGTH) + BODY).replace('Host: gateway.test\r\n', '')],
    ['P15 two Hosts', () => post('Host: gateway.test', LENGTH) + BODY],
    ['P16 two Authorizations', () => post('Authorization: Bearer x', LENGTH) + BODY],
    ['P16 two Content-Types', () => post(JSON_TYPE, LENGTH) + BODY],
    [
      'P16 two data classes',
      () => post('X-Data-Classification: public', 'X-Data-Classification: internal', LENGTH) + BODY,
    ],
    ['P17 the absolute form', () => get('http://evil.test/v1/models')],
    ['P20 TRACE', () => world.head([], 'TRACE'), 'method_not_allowed'],
    ['P21 a WebSocket', () => get('/v1/models', 'Connection: Upgrade', 'Upgrade: websocket'), 'upgrade_refused'],
    ['P25 a method in lower case', () => (post(LENGTH) + BODY).replace('POST', 'post')],
    ['P26 a header block of 17 KB', () => post(`X-Pad: ${'a'.repeat(17_000)}`, LENGTH) + BODY, 'headers_too_large'],
    ['P30 an unknown expectation', () => post('Expect: bogus', LENGTH) + BODY, 'expectation_failed'],
  ];

  test.each(rows)('%s is refused, the connection closed, the provider not asked', async (_row, bytes, code) => {
    const answers = await world.raw(bytes());

    expectRefusal(answers, code ?? 'invalid_request');
    expect(await world.seen()).toEqual([]);
  });

  test('P11 a short chunk extension is ignored', async () => {
    const [answer] = await world.raw(chunked(`${size};a=b\r\n${BODY}\r\n0\r\n\r\n`));

    expect(answer?.status).toBe(200);
    expect((await world.seen()).map(({ body }) => body.model)).toEqual(['small']);
  });

  test.each([
    '//evil.test/v1/models',
    '/v1/../../v1/models',
    '/%2e%2e/v1/models',
    '/v1/models;x=1',
    '/v1\\models',
    '/v1/models/',
    '/V1/models',
  ])('P18 the path %s matches no route', async (target) => {
    const [answer] = await world.raw(get(target, 'Connection: close'));

    expect(answer?.status).toBe(404);
  });

  test('P19 CONNECT is 405 and the connection ends', async () => {
    const answers = await world.raw('CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n');

    expectRefusal(answers, 'method_not_allowed');
  });

  test('P21 an offer of h2c is ignored and goes no further', async () => {
    const offer = ['Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'];

    const [answer] = await world.raw(post(...offer, LENGTH) + BODY);

    expect(answer?.status).toBe(200);
    const [request] = await world.seen();
    expect(request?.headers).not.toHaveProperty('upgrade');
    expect(request?.headers).not.toHaveProperty('http2-settings');
  });

  test('P23 HEAD has no body', async () => {
    const socket = await world.open();
    socket.send(world.head(['Connection: close'], 'HEAD', '/v1/models'));

    const received = await socket.closed();

    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    expect(received.endsWith('\r\n\r\n')).toBe(true);
    expect(received).not.toContain('local/small');
  });

  test('P28 ten pipelined requests are answered in order, each with its own credential', async () => {
    const good = get('/v1/models/local/small');
    const bad = good.replace(/Bearer \S+/, 'Bearer x.y.z');
    const last = get('/v1/models/local/large', 'Connection: close');

    const answers = await world.raw([...Array(4).fill(good + bad), good, last].join(''));

    const mixed = Array(4).fill([200, 401]).flat();
    expect(answers.map(({ status }) => status)).toEqual([...mixed, 200, 200]);
    expect(answers.at(-1)?.body).toContain('local/large');
  });
});

describe('methods and expectations', () => {
  test('P24 OPTIONS is 204 without a word of CORS, also for the paths of the API', async () => {
    for (const path of ['/v1/chat/completions', '/v1/models', '/admin', '/anything']) {
      const answer = await fetch(`${world.fleet.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://evil.test',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });

      expect(`${path} ${answer.status}`).toBe(`${path} 204`);
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('P24 an answer to a foreign origin has no CORS header either', async () => {
    const answer = await world.post(BODY, { origin: 'https://evil.test' });

    expect(answer.status).toBe(200);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('P29 a bad token is 401 before 100, the body never asked for', async () => {
    const head = post('Expect: 100-continue', 'Content-Length: 1000000').replace(/Bearer \S+/, 'Bearer x.y.z');
    const socket = await world.open();

    const received = await socket.send(head).closed();

    expect(received).not.toContain('100 Continue');
    expectRefusal(parseAnswers(received), 'invalid_token');
  });

  test('P29 a good token gets its 100, then its answer', async () => {
    const socket = await world.open();
    socket.send(post('Expect: 100-continue', 'Connection: close', LENGTH));
    await socket.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);

    const received = await socket.send(BODY).closed();

    expect(parseAnswers(received).map(({ status }) => status)).toEqual([100, 200]);
  });

  test.each([
    ['content-length over the limit', 'Content-Length: 33554433'],
    ['a compressed body', 'Content-Encoding: gzip'],
  ])('P29 %s is refused before 100', async (_what, line) => {
    const lengths = line.startsWith('Content-Length') ? [line] : [line, LENGTH];

    const answers = await world.raw(post('Expect: 100-continue', ...lengths));

    expect(answers.map(({ status }) => status)).toEqual([line.includes('gzip') ? 415 : 413]);
  });
});

describe('arrival', () => {
  test('P42 headers that drip are 408 within their ten seconds', async () => {
    expectRefusal(await slowHeaders, 'request_timeout');
  });

  test('P43 a body that drips, and one that pauses, are 408 and cost nothing', async () => {
    for (const answers of await Promise.all(slowBodies)) expectRefusal(answers, 'request_timeout');
    expect(await world.seen()).toEqual([]);
  });

  test('P45 a length over the limit is 413 at once, the body unread', async () => {
    const socket = await world.open();
    const startedMs = performance.now();

    const received = await socket.send(post('Content-Length: 33554433')).closed();

    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expectRefusal(parseAnswers(received), 'request_too_large');
  });

  test('P46 chunks over the limit are 413', async () => {
    const socket = await world.open();
    const chunk = Buffer.from(`100000\r\n${' '.repeat(0x100000)}\r\n`);
    socket.send(chunked(''));

    for (let sent = 0; sent < 34 && !socket.isClosed; sent += 1) socket.sendBytes(chunk);

    expectRefusal(parseAnswers(await socket.closed(10_000)), 'request_too_large');
  });

  test.each(['gzip', 'br', 'deflate', 'zstd'])('P47 Content-Encoding: %s is 415', async (coding) => {
    expect(await world.error(BODY, { 'content-encoding': coding })).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
      param: 'content-encoding',
    });
  });

  test('P48 a compressed bomb is never unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(32_000_000, 0x20));

    const answer = await world.error(bomb, { 'content-encoding': 'gzip' });

    expect(answer.status).toBe(415);
    expect(await world.seen()).toEqual([]);
  });

  test.each([
    ['missing', undefined, 415],
    ['text/plain', 'text/plain', 415],
    ['UTF-16', 'application/json; charset=utf-16', 415],
    ['with a parameter', 'application/json;x', 200],
    ['in UTF-8', 'application/json; charset="utf-8"', 200],
  ])('P49 a Content-Type %s', async (_what, type, status) => {
    const lines = type === undefined ? [] : [`Content-Type: ${type}`];

    const [answer] = await world.raw(world.head([...lines, 'Connection: close', LENGTH]) + BODY);

    expect(answer?.status).toBe(status);
  });
});

describe('one connection', () => {
  const stream = chat({ stream: true });
  const streamHead = () => post(`Content-Length: ${stream.length}`);

  test('P79 a half-close is the client leaving: the provider is cancelled', async () => {
    await world.control([{ hangMs: 'forever' }]);
    const socket = await world.open();
    socket.send(streamHead() + stream);
    await untilOutcome('open');

    socket.finish();

    expect(await socket.closed()).toBe('');
    await untilOutcome('client-gone');
  });

  test('P85 a second request waits for the running stream and is answered behind it', async () => {
    await world.control([{ stream: true, stall: { afterChunks: 1, forMs: 300 } }]);
    const socket = await world.open();
    socket.send(streamHead() + stream);
    await socket.until(/data: /);

    socket.send(get('/v1/models/local/small', 'Connection: close'));

    const answers = parseAnswers(await socket.closed());
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.body).toContain('data: [DONE]');
    expect(answers[1]?.body).toContain('local/small');
  });

  async function untilOutcome(outcome: string): Promise<void> {
    let outcomes: string[] = [];
    await until(
      async () => {
        outcomes = (await world.seen()).map((request) => request.outcome);
        return outcomes.length === 1 && outcomes[0] === outcome;
      },
      5_000,
      () => `provider: ${outcomes}`,
    );
  }
});

describe('whose request it is', () => {
  const rows: readonly [what: string, forwarded: string | undefined, source: string][] = [
    ['nothing said', undefined, '127.0.0.1'],
    ['one client', '192.0.2.7', '192.0.2.7'],
    ['a chain that the client began', '1.1.1.1, 192.0.2.8', '192.0.2.8'],
    ['trusted hops on the right', '1.1.1.1, 192.0.2.9, 10.1.2.3, 127.0.0.1', '192.0.2.9'],
    ['a word that is no address', '192.0.2.10, unknown', '127.0.0.1'],
    ['an address with a port', '192.0.2.11:4711', '192.0.2.11'],
    ['IPv6 in brackets', '[2001:db8::1]:4711', '2001:db8::1'],
  ];

  test.each(rows)('P87 X-Forwarded-For with %s: the trail names the rightmost untrusted', async (_w, chain, source) => {
    const answer = await world.post(BODY, {
      authorization: 'Bearer x.y.z',
      ...(chain === undefined ? {} : { 'x-forwarded-for': chain }),
    });

    expect(answer.status).toBe(401);
    const leaf = await world.leaf(answer.headers.get('x-request-id') ?? '', 'auth.failure');
    expect(leaf.sourceIp).toBe(source);
  });

  test('P88 only a trusted labeller lowers the class; the attempt of another is ignored and in the trail', async () => {
    const body = chat({ model: 'guarded/small' });
    const asked = (label: string, from: string) =>
      world.error(body, { 'x-data-classification': label, 'x-forwarded-for': from });

    const ignored = await asked('public', '192.0.2.20');
    const lowered = await asked('public', '10.9.0.1');
    const raised = await asked('confidential', '192.0.2.20');

    expect(ignored).toMatchObject({ status: 403, code: 'classification_not_cleared' });
    expect([lowered.status, raised.status]).toEqual([200, 200]);
    const leaf = await world.leaf(ignored.headers.get('x-request-id') ?? '', 'egress.deny', 'label_ignored');
    expect(leaf).toMatchObject({ principal: expect.any(String), sourceIp: '192.0.2.20' });
  });

  test.each(['Public', 'public ,internal', 'cosmic', 'internal\u00e9'])(
    'P88 the label %j is unknown: 400',
    async (label) => {
      const line = `X-Data-Classification: ${label}`;

      const answers = await world.raw(post(line, 'Connection: close', LENGTH) + BODY);

      expectRefusal(answers, 'invalid_request');
    },
  );
});

describe('what everybody may read', () => {
  test('P92 health, readiness and metrics name no principal and no version', async () => {
    await world.post(BODY);
    const paths = ['/health', '/ready', '/metrics'];
    const answers = await Promise.all(
      paths.map((path) =>
        fetch(`${world.fleet.url}${path}`, { headers: { authorization: `Bearer ${METRICS_BEARER}` } }),
      ),
    );

    for (const answer of answers) {
      const text = await answer.text();
      expect(answer.status).toBe(200);
      expect(text).not.toMatch(/u-power|power@example|secrouter-power-users/);
      expect(text).not.toMatch(/version|\d+\.\d+\.\d+/i);
      expect([answer.headers.get('server'), answer.headers.get('x-powered-by')]).toEqual([null, null]);
    }
  });

  test('P92 health says nothing else, and metrics nothing to whoever has no bearer', async () => {
    expect(await (await fetch(`${world.fleet.url}/health`)).json()).toEqual({ status: 'ok' });
    for (const authorization of [undefined, `Bearer ${world.token}`, 'Bearer x']) {
      const answer = await fetch(`${world.fleet.url}/metrics`, { headers: authorization ? { authorization } : {} });
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain('secrouter_');
    }
  });
});
