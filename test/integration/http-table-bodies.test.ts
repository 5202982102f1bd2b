// The rows of the HTTP table about bodies, against a running pod: what is judged is what is sent, what is refused is
// never sent, and no body keeps the pod from answering others.
import { OVERRIDE_ALIASES } from '@secrouter/classifier';
import { REFUSALS, type RefusalCode } from '@secrouter/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { whileAskingHealth } from '../support/health-probe.ts';
import { chat, HttpWorld, type SeenRequest } from '../support/http-world.ts';

const TOKEN_BUDGET = 20_000;
const HEALTH_LIMIT_MS = 500;
const MEASUREMENTS = 3;
/** What a body may take until its refusal. */
const NESTING_LIMIT_MS = 50;

let world: HttpWorld;

beforeAll(async () => {
  world = await HttpWorld.start({
    configure: (config) => {
      const { policy } = config.security;
      policy.groups['secrouter-power-users'].maxOutputTokens = 2_000;
      policy.users['u-admin'] = { allowedTiers: ['SIMPLE'], onViolation: 'deny' };
      policy.users['svc-batch'] = { budgets: [{ window: 'day', maxTotalTokens: TOKEN_BUDGET }] };
    },
  });
});
afterAll(() => world?.close());
beforeEach(() => world.reset());

const user = (content: string) => `"messages":[{"role":"user","content":${content}}]`;
const HI = user('"hi"');
const image = (source: string) => user(`[{"type":"image_url","image_url":${source}}]`);

/** The one body that the provider got. */
async function sentBody(): Promise<SeenRequest> {
  const seen = await world.seen();
  expect(seen).toHaveLength(1);
  return seen[0] as SeenRequest;
}

async function expectRefused(body: string | Uint8Array<ArrayBuffer>, code: string, param?: string): Promise<void> {
  const answer = await world.error(body);
  expect(answer).toMatchObject({ status: REFUSALS[code as RefusalCode].status, code, ...(param ? { param } : {}) });
  expect(await world.seen()).toEqual([]);
}

describe('a body that is refused', () => {
  const rows: readonly [row: string, body: string, code: string][] = [
    ['P52 model twice, denied first', `{"model":"local/none","model":"auto",${HI}}`, 'duplicate_key'],
    ['P52 model twice, once escaped', `{"model":"auto","mode\\u006c":"local/large",${HI}}`, 'duplicate_key'],
    ['P52 stream twice', `{"model":"auto","stream":false,"stream":true,${HI}}`, 'duplicate_key'],
    ['P52 max_tokens twice', `{"model":"auto","max_tokens":1,"max_tokens":9,${HI}}`, 'duplicate_key'],
    ['P52 messages twice', `{"model":"auto",${HI},${HI}}`, 'duplicate_key'],
    ['P52 a duplicate deep inside', `{"model":"auto","metadata":{"a":[{"b":1,"b":1}]},${HI}}`, 'duplicate_key'],
    ['P53 a second model in another case', `{"model":"auto","Model":"local/large",${HI}}`, 'invalid_request'],
    ['P53 second messages with a long s', `{"model":"auto","me\u017fsages":[],${HI}}`, 'invalid_request'],
    ['P53 content twice in a message', '{"messages":[{"role":"user","content":"a","CONTENT":"b"}]}', 'invalid_request'],
    ['P53 a model laid over ours', `{"model":"auto","extra_body":{"model":"x"},${HI}}`, 'invalid_request'],
    ['P54 __proto__ twice', `{"__proto__":1,"__proto__":2,${HI}}`, 'duplicate_key'],
    ['P55 a lone high surrogate', `{"model":"auto",${user('"\\ud800"')}}`, 'invalid_json'],
    ['P55 a lone low surrogate', `{"model":"auto",${user('"\\udc00x"')}}`, 'invalid_json'],
    ['P55 a pair the wrong way round', `{"model":"auto",${user('"\\udc00\\ud800"')}}`, 'invalid_json'],
    ['P55 a NUL in a string', `{"model":"auto",${user('"a\0b"')}}`, 'invalid_json'],
    ['P55 a NUL between tokens', `{\0"model":"auto",${HI}}`, 'invalid_json'],
    ['P56 a byte order mark', `\ufeff{"model":"auto",${HI}}`, 'invalid_json'],
    ['P57 nothing', '', 'invalid_json'],
    ['P57 a second document', `{"model":"auto",${HI}}{}`, 'invalid_json'],
    ['P57 trailing garbage', `{"model":"auto",${HI}}x`, 'invalid_json'],
    ['P57 NaN', `{"temperature":NaN,${HI}}`, 'invalid_json'],
    ['P57 a comment', `{/* */"model":"auto",${HI}}`, 'invalid_json'],
    ['P57 a leading zero', `{"max_tokens":01,${HI}}`, 'invalid_json'],
    ['P57 a trailing comma', `{"model":"auto",${HI},}`, 'invalid_json'],
    ['P57 single quotes', `{'model':'auto',${HI}}`, 'invalid_json'],
    ['P57 an array', `[{"model":"auto",${HI}}]`, 'invalid_json'],
    ['P59 max_tokens -1', `{"max_tokens":-1,${HI}}`, 'invalid_request'],
    ['P59 max_tokens 0', `{"max_tokens":0,${HI}}`, 'invalid_request'],
    ['P59 max_tokens "5"', `{"max_tokens":"5",${HI}}`, 'invalid_request'],
    ['P59 max_tokens 1.5', `{"max_tokens":1.5,${HI}}`, 'invalid_request'],
    ['P59 both caps', `{"max_tokens":5,"max_completion_tokens":5,${HI}}`, 'invalid_request'],
    ['P60 n 0', `{"n":0,${HI}}`, 'invalid_request'],
    ['P60 n 129', `{"n":129,${HI}}`, 'invalid_request'],
    ['P60 n "2"', `{"n":"2",${HI}}`, 'invalid_request'],
    ['P60 best_of 1000', `{"best_of":1000,${HI}}`, 'invalid_request'],
    ['P62 an empty model', `{"model":"",${HI}}`, 'invalid_request'],
    ['P62 a model of 300 characters', `{"model":"${'m'.repeat(300)}",${HI}}`, 'invalid_request'],
    ['P62 a model that is a list', `{"model":["auto"],${HI}}`, 'invalid_request'],
    ['P64 an override with nothing behind it', `{"model":"auto",${user('"/simple  "')}}`, 'empty_override'],
    ['P64 the same in a part', `{"model":"auto",${user('[{"type":"text","text":"[max]"}]')}}`, 'empty_override'],
    ['P58 a hosted tool', `{"tools":[{"type":"web_search_preview"}],${HI}}`, 'tool_not_allowed'],
    ['P58 a search by option', `{"web_search_options":{},${HI}}`, 'tool_not_allowed'],
    ['P58 an index to search', `{"data_sources":[{"type":"azure_search"}],${HI}}`, 'tool_not_allowed'],
    ['P58 another model to fall back to', `{"model":"auto","models":["local/large"],${HI}}`, 'egress_denied'],
    ['P58 another host', `{"api_base":"https://evil.test",${HI}}`, 'egress_denied'],
    ['P58 an answer that is kept', `{"store":true,${HI}}`, 'egress_denied'],
    ['P58 an address as a string', `{${image('"https://evil.test/x"')}}`, 'egress_denied'],
    ['P58 an address in a list', `{${image('["https://evil.test/x"]')}}`, 'egress_denied'],
    ['P58 an address behind blanks', `{${image(`{"url":"${' '.repeat(300)}https://evil.test"}`)}}`, 'egress_denied'],
    ['P58 a path of the server', `{${image('{"url":"/srv/x.png"}')}}`, 'egress_denied'],
    ['P58 a file at the provider', `{${user('[{"type":"file","file":{"file_id":"f"}}]')}}`, 'unsupported_stateful'],
    ['messages missing', '{"model":"auto"}', 'invalid_request'],
    ['messages empty', '{"model":"auto","messages":[]}', 'invalid_request'],
    ['a message without a role', '{"model":"auto","messages":[{"content":"x"}]}', 'invalid_request'],
  ];

  test.each(rows)('%s', async (_row, body, code) => {
    await expectRefused(body, code);
  });

  const utf8: readonly [what: string, bytes: readonly number[]][] = [
    ['a stray continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['the byte 0xff', [0xff]],
  ];

  test.each(utf8)('P55 %s', async (_what, bytes) => {
    const [before = '', after = ''] = `{"model":"auto",${user('"|"')}}`.split('|');

    await expectRefused(Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]), 'invalid_json');
  });

  test('UTF-16 without a byte order mark', async () => {
    await expectRefused(Buffer.from(chat(), 'utf16le'), 'invalid_json');
  });
});

describe('a body that would hurt', () => {
  const many = (count: number, item: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => item(i)).join();
  const message = '{"role":"user","content":"x"}';
  const rows: readonly [row: string, body: () => string, code: string][] = [
    ['P51 100,000 messages', () => `{"messages":[${many(100_000, () => message)}]}`, 'request_too_large'],
    ['P51 a million keys', () => `{${many(1_000_000, (index) => `"k${index}":1`)},${HI}}`, 'request_too_large'],
    ['P51 a million items', () => `{"x":[${many(1_000_000, () => '1')}],${HI}}`, 'request_too_large'],
    ['P51 30 MB of opening brackets', () => '['.repeat(30_000_000), 'invalid_json'],
    ['P51 30 MB of blanks', () => ' '.repeat(30_000_000), 'invalid_json'],
    ['P51 an unfinished string of 30 MB', () => `{"x":"${'y'.repeat(30_000_000)}`, 'invalid_json'],
    ['P51 an unfinished string of 30 MB of escapes', () => `{"x":"${'\\u0041'.repeat(5_000_000)}`, 'invalid_json'],
    ['P51 a number of 30 MB', () => `{"max_tokens":${'1'.repeat(30_000_000)},${HI}}`, 'invalid_json'],
  ];

  test.each(rows)('%s is refused, and others are answered meanwhile', async (_row, body, code) => {
    const text = body();

    const { result, slowestMs } = await quietest(text);

    expect(result).toMatchObject({ code });
    expect(slowestMs).toBeLessThan(HEALTH_LIMIT_MS);
    expect(await world.seen()).toEqual([]);
  });

  test('P51 one string of 30 MB goes through whole, or is refused, and others are answered meanwhile', async () => {
    const text = chat({ max_tokens: 9 }, 'lorem ipsum '.repeat(2_500_000));

    const { result, slowestMs } = await quietest(text);

    expect(slowestMs).toBeLessThan(HEALTH_LIMIT_MS);
    expect([200, 400, 413]).toContain(result.status);
    if (result.status === 200) expect((await world.seen()).at(-1)?.rawBody).toBe(text.replace('local/small', 'small'));
  });

  // Another process of the machine may hold the processor for a while; the pod's own stall is in every measurement.
  async function quietest(text: string) {
    let best = await whileAskingHealth(`${world.fleet.url}/health`, () => world.error(text));
    for (let turn = 1; turn < MEASUREMENTS && best.slowestMs >= HEALTH_LIMIT_MS; turn += 1) {
      const next = await whileAskingHealth(`${world.fleet.url}/health`, () => world.error(text));
      if (next.slowestMs < best.slowestMs) best = next;
    }
    return best;
  }

  test.each([
    ['arrays', '['],
    ['objects', '{"a":'],
  ])('P50 200,000 nested %s are 400 in no time', async (_what, opener) => {
    const body = `{"model":"auto","x":${opener.repeat(200_000)}`;
    const times: number[] = [];
    for (let turn = 0; turn < MEASUREMENTS; turn += 1) {
      const startedMs = performance.now();
      const answer = await world.error(body);
      times.push(performance.now() - startedMs);
      expect(answer).toMatchObject({ status: 400, code: 'invalid_json' });
    }

    expect(Math.min(...times)).toBeLessThan(NESTING_LIMIT_MS);
  });

  test('P50 64 levels pass and 65 do not', async () => {
    const nested = (levels: number) =>
      `{"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)},"model":"local/small",${HI}}`;

    expect((await world.error(nested(65))).code).toBe('invalid_json');
    expect((await world.error(nested(64))).status).toBe(200);
  });
});

describe('what is sent is what was judged', () => {
  test('P54 __proto__, constructor and toString are data, and pollute nothing', async () => {
    const odd =
      '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":2';
    const text = `{${odd},"model":"local/small","max_tokens":9,"metadata":{${odd}},${HI}}`;

    expect((await world.error(text)).status).toBe(200);
    expect((await sentBody()).rawBody).toBe(text.replace('local/small', 'small'));
    // Were a prototype polluted, the next request would carry or read it.
    await world.reset();
    const plain = chat({ max_tokens: 9 });
    expect((await world.error(plain)).status).toBe(200);
    expect((await sentBody()).rawBody).toBe(plain.replace('local/small', 'small'));
  });

  test('P54 a __proto__ that holds the fields decides nothing', async () => {
    const hidden = '"__proto__":{"model":"local/large","max_tokens":-1,"stream":true}';

    const answer = await world.error(`{${hidden},"model":"local/small",${HI}}`);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-secrouter-model')).toBe('local/small');
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  test.each([
    ['unknown fields', '"x_new":{"deep":[1,{"k":null}]},"future":true'],
    ['null as absent', '"max_tokens":null,"stream":null,"n":null,"tools":null,"stream_options":null,"user":null'],
    ['integer-like keys in their order', '"9":1,"1":2,"10":3,"metadata":{"2":0,"1":0}'],
    ['numbers as they are spelt', '"seed":9007199254740993,"temperature":1.0,"top_p":1e-0,"x":-0,"y":1E400,"z":0.10'],
    ['strings as they are spelt', '"user":"\\u00e9\\/\\ud83d\\ude00\\t\\u0000","é":"\u2028😀"'],
    ['blanks', ' \t"x" :\r\n 1 , "y":[ ] '],
    ['capabilities', '"logprobs":true,"top_logprobs":5,"n":2,"response_format":{"type":"json_object"},"seed":1'],
    [
      'labels that look like addresses',
      '"metadata":{"a":"https://x"},"prediction":{"type":"content","content":"https://x"}',
    ],
    ['tools', '"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":"none"'],
  ])('P61 %s pass unchanged, byte for byte', async (_what, fields) => {
    const text = `{${fields},"model":"local/small","max_tokens_x":1,${HI}}`;
    const isCapped = !fields.includes('"max_completion_tokens"');

    const answer = await world.error(text);

    expect(answer.status).toBe(200);
    const { rawBody } = await sentBody();
    // The policy caps the output: the one thing that is added, where the client states no cap.
    const added = /"max_tokens":null/.test(text)
      ? text.replace('"max_tokens":null', '"max_tokens":2000')
      : `${text.slice(0, -1)},"max_tokens":2000}`;
    expect(rawBody).toBe((isCapped ? added : text).replace('local/small', 'small'));
  });

  test.each([
    ['1e9 is lowered to the policy', '"max_tokens":1000000000', { max_tokens: 2_000 }],
    ['the newer field keeps its name', '"max_completion_tokens":1000000000', { max_completion_tokens: 2_000 }],
    ['what fits stays', '"max_tokens":7', { max_tokens: 7 }],
    ['1e1 is ten, and stays as it is spelt', '"max_tokens":1e1', { max_tokens: 10 }],
  ])('P59 a cap: %s', async (_what, field, sent) => {
    const answer = await world.error(`{"model":"local/small",${field},${HI}}`);

    expect(answer.status).toBe(200);
    const { body, rawBody } = await sentBody();
    expect(body).toMatchObject(sent);
    if (field.includes('1e1')) expect(rawBody).toContain(field);
  });
});

describe('multipliers', () => {
  test.each(['n', 'best_of'])('P60 %s=128 is counted 128 times in the reservation', async (field) => {
    const token = await world.fleet.token('batch');
    const body = `{"model":"local/small","max_tokens":2000,"${field}":128,${HI}}`;

    const answer = await world.post(body, { authorization: `Bearer ${token}` });

    const text = await answer.text();
    if (answer.status === 200) {
      const cap = Number((await sentBody()).body.max_tokens);
      expect(cap * 128).toBeLessThanOrEqual(TOKEN_BUDGET);
      expect(answer.headers.get('x-secrouter-output-cap')).toBe(String(cap));
    } else {
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'request_exceeds_budget' } });
      expect(await world.seen()).toEqual([]);
    }
  });

  test('P60 the same request once is let through', async () => {
    const token = await world.fleet.token('batch');

    const answer = await world.post(`{"model":"local/small","max_tokens":2000,${HI}}`, {
      authorization: `Bearer ${token}`,
    });

    expect(answer.status).toBe(200);
    expect((await sentBody()).body.max_tokens).toBe(2_000);
  });
});

describe('model spellings', () => {
  const rows: readonly [model: string, found: string | undefined][] = [
    ['auto', 'local/small'],
    ['secrouter/auto', 'local/small'],
    ['auto:simple', 'local/small'],
    ['auto:reasoning', 'local/reasoning'],
    ['local/small', 'local/small'],
    ['small', 'local/small'],
    ['AUTO', undefined],
    ['Auto', undefined],
    [' auto', undefined],
    ['auto ', undefined],
    ['auto\n', undefined],
    ['auto\0', undefined],
    ['auto:', undefined],
    ['auto:SIMPLE', undefined],
    ['auto:max', undefined],
    ['secrouter/Auto', undefined],
    ['secrouter/auto:simple', undefined],
    ['\u0430uto', undefined],
    ['ａｕｔｏ', undefined],
    ['auto\u200b', undefined],
    ['local/small ', undefined],
    ['LOCAL/small', undefined],
    ['local/SMALL', undefined],
    ['local//small', undefined],
    ['local/../local/small', undefined],
    ['local%2Fsmall', undefined],
    ['local\\small', undefined],
    ['other/small', undefined],
    ['*', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
  ];

  test.each(rows)('P62 %j', async (model, found) => {
    const answer = await world.error(chat({ model }));

    expect([answer.status, answer.code]).toEqual(found === undefined ? [404, 'model_not_found'] : [200, undefined]);
    expect(answer.headers.get('x-secrouter-model')).toBe(found ?? null);
    expect(await world.seen()).toHaveLength(found === undefined ? 0 : 1);
  });
});

describe('override prefixes', () => {
  const rows: readonly [what: string, content: string, sent: string, tier: string][] = [
    ['stripped once only', '"/max /max hi"', '"/max hi"', 'REASONING'],
    ['with all blanks behind it', '"[deep] \\n\\t  hi"', '"hi"', 'REASONING'],
    ['written in escapes', '"\\u002fm\\u0061x\\u0020hi \\u00e9"', '"hi \\u00e9"', 'REASONING'],
    ['in the first text part', '[{"type":"text","text":"/simple hi"}]', '[{"type":"text","text":"hi"}]', 'SIMPLE'],
    [
      'not in the second text part',
      '[{"type":"text","text":"hi"},{"type":"text","text":"/max hi"}]',
      '[{"type":"text","text":"hi"},{"type":"text","text":"/max hi"}]',
      'SIMPLE',
    ],
    ['before a surrogate pair', '"/simple \\ud83d\\ude00"', '"\\ud83d\\ude00"', 'SIMPLE'],
    ['not behind a blank', '" /max hi"', '" /max hi"', 'SIMPLE'],
  ];

  test.each(rows)('P64 a prefix %s', async (_what, content, sent, tier) => {
    const answer = await world.error(`{"model":"auto","max_completion_tokens":9,${user(content)}}`);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-secrouter-tier')).toBe(tier);
    const { rawBody } = await sentBody();
    expect(rawBody).toContain(user(sent));
  });

  const FORMS: readonly ((alias: string) => string)[] = [
    (alias) => `/${alias} `,
    (alias) => `[${alias}] `,
    (alias) => `${alias} mode: `,
    (alias) => `/${alias.toUpperCase()}\n\n`,
  ];
  const before = '{"role":"user","content":"one"},{"role":"assistant","content":"ok"}';
  const loop =
    '{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},' +
    '{"role":"tool","tool_call_id":"c","content":"/simple"}';
  const POSITIONS: readonly [where: string, messages: (text: string) => string][] = [
    ['the only message', (text) => `{"role":"user","content":${text}}`],
    [
      'behind a system prompt',
      (text) => `{"role":"system","content":"/simple be brief"},{"role":"user","content":${text}}`,
    ],
    ['the fifth turn', (text) => `${Array(4).fill(before).join(',')},{"role":"user","content":${text}}`],
    ['before a tool loop', (text) => `{"role":"user","content":${text}},${loop}`],
    ['a text part', (text) => `{"role":"user","content":[{"type":"text","text":${text}}]}`],
  ];

  test.each([...OVERRIDE_ALIASES])('P64 %s forces %s in every form and at every place', async (alias, tier) => {
    const token = await world.fleet.token('power');

    for (const prefix of FORMS.map((form) => form(alias))) {
      for (const [where, messages] of POSITIONS) {
        const body = (text: string) => `"messages":[${messages(JSON.stringify(text))}]`;
        const answer = await world.error(`{"model":"auto",${body(`${prefix}What is new?`)}}`, {
          authorization: `Bearer ${token}`,
        });

        expect([prefix, where, answer.status, answer.headers.get('x-secrouter-tier')]).toEqual([
          prefix,
          where,
          200,
          tier,
        ]);
        const { rawBody } = await sentBody();
        expect(rawBody).toContain(body('What is new?'));
        await world.reset();
      }
    }
  });

  test.each([
    '/usr/bin is full',
    'Max mode on my washing machine is broken',
    '/maximum effort, please',
    '//max hi',
    '[ max ] hi',
    '(max) hi',
    'max: hi',
    'max mode hi',
    '/mａx hi',
    '/max\u200b hi',
    '／max hi',
    'Say /max hi',
  ])('P64 %j is ordinary text', async (text) => {
    const content = JSON.stringify(text);

    const answer = await world.error(`{"model":"auto",${user(content)}}`);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-secrouter-reasoning')).toMatch(/^classified /);
    expect((await sentBody()).rawBody).toContain(user(content));
  });

  test('P64 an earlier user message keeps its prefix', async () => {
    const earlier = '{"role":"user","content":"/max first"},{"role":"assistant","content":"ok"}';

    await world.error(`{"model":"auto","messages":[${earlier},{"role":"user","content":"/simple hi"}]}`);

    expect((await sentBody()).rawBody).toContain(`[${earlier},{"role":"user","content":"hi"}]`);
  });

  test('P65 above the ceiling: denied where the policy says so, and in the trail', async () => {
    const token = await world.fleet.token('admin');
    for (const body of [chat({ model: 'auto' }, '/max hi'), chat({ model: 'auto:reasoning' })]) {
      const answer = await world.error(body, { authorization: `Bearer ${token}` });

      expect(answer).toMatchObject({ status: 403, code: 'tier_not_allowed' });
      const leaf = await world.leaf(answer.headers.get('x-request-id') ?? '', 'authz.deny');
      expect(leaf).toMatchObject({ outcome: 'tier_not_allowed' });
    }
    expect(await world.seen()).toEqual([]);
  });

  test('P65 above the ceiling: downgraded where the policy says so, and in the trail', async () => {
    const token = await world.fleet.token('basic');

    const answer = await world.error(chat({ model: 'auto' }, '/max hi'), { authorization: `Bearer ${token}` });

    expect(answer.headers.get('x-secrouter-tier')).toBe('MEDIUM');
    const leaf = await world.leaf(answer.headers.get('x-request-id') ?? '', 'authz.downgrade');
    expect(leaf).toMatchObject({ detail: { asked: 'REASONING', given: 'MEDIUM' } });
    expect((await sentBody()).body.messages).toEqual([{ role: 'user', content: 'hi' }]);
  });
});
