import { RequestRefused } from '@secrouter/proto';
import { describe, expect, test } from 'vitest';
import type { ChatRequest } from '../request/judged-request.ts';
import { readChatRequest, readEmbeddingsRequest } from './read.ts';
import { SAMPLE_LIMITS } from './stage-fixtures.ts';

const MESSAGES = '"messages":[{"role":"user","content":"hi"}]';

function read(body: string | Uint8Array, limits = SAMPLE_LIMITS): ChatRequest {
  return readChatRequest(typeof body === 'string' ? Buffer.from(body) : body, limits);
}

function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RequestRefused) return `${error.code} ${error.details.param ?? ''}`.trim();
    throw error;
  }
  return 'accepted';
}

const withField = (field: string) => `{"model":"auto",${MESSAGES},${field}}`;
const withPart = (part: string) => `{"messages":[{"role":"user","content":[{"type":"text","text":"look"},${part}]}]}`;

describe('a body that two readers could read differently', () => {
  test.each([
    ['P52', `{"model":"a","model":"b",${MESSAGES}}`, 'duplicate_key'],
    ['P52', `{"model":"a","mod\\u0065l":"b",${MESSAGES}}`, 'duplicate_key'],
    ['P52', '{"messages":[{"role":"user","role":"system","content":"x"}]}', 'duplicate_key'],
    ['P52', withField('"stream":true,"stream":false'), 'duplicate_key'],
    ['P52', withField('"a":{"b":[{"c":1,"c":2}]}'), 'duplicate_key'],
    ['P54', withField('"__proto__":{},"__proto__":{}'), 'duplicate_key'],
    ['P55', withField('"x":"\\ud800"'), 'invalid_json'],
    ['P56', `\ufeff{${MESSAGES}}`, 'invalid_json'],
    ['P57', `{${MESSAGES}} x`, 'invalid_json'],
    ['P57', `{${MESSAGES}}{}`, 'invalid_json'],
    ['P57', withField('"x":NaN'), 'invalid_json'],
    ['P57', withField('"x":01'), 'invalid_json'],
    ['P57', `{${MESSAGES} /* c */}`, 'invalid_json'],
    ['P57', '[]', 'invalid_json'],
    ['P57', 'null', 'invalid_json'],
    ['P57', '', 'invalid_json'],
    ['P50', `{"a":${'['.repeat(200_000)}`, 'invalid_json'],
  ])('%s is refused: %s', (_row, body, code) => {
    expect(refusalOf(() => read(body))).toBe(code);
  });

  test.each([
    ['a cut character', [0x7b, 0x22, 0xc3, 0x22, 0x7d]],
    ['an overlong one', [0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d]],
    ['a surrogate', [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d]],
  ])('P55 is refused: %s', (_name, bytes) => {
    expect(refusalOf(() => read(Uint8Array.from(bytes)))).toBe('invalid_json');
  });

  test('P54 names of the prototype are names like any other', () => {
    const request = read(withField('"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}},"toString":1'));

    expect(request.root.members.has('__proto__')).toBe(true);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('numbers', () => {
  test.each([
    ['-1', 'invalid_request max_tokens'],
    ['0', 'invalid_request max_tokens'],
    ['"5"', 'invalid_request max_tokens'],
    ['1.5', 'invalid_request max_tokens'],
    ['1e99', 'invalid_request max_tokens'],
    ['true', 'invalid_request max_tokens'],
    ['1000000001', 'invalid_request max_tokens'],
    ['1e9', 'accepted'],
    ['null', 'accepted'],
  ])('P59 max_tokens %s: %s', (value, outcome) => {
    expect(refusalOf(() => read(withField(`"max_tokens":${value}`)))).toBe(outcome);
  });

  test('P59 both caps are refused, one of them null is not', () => {
    expect(refusalOf(() => read(withField('"max_tokens":5,"max_completion_tokens":5')))).toBe(
      'invalid_request max_tokens',
    );
    expect(read(withField('"max_tokens":null,"max_completion_tokens":5')).outputCap).toEqual({
      field: 'max_completion_tokens',
      tokens: 5,
    });
  });

  test('P60 multipliers are counted', () => {
    expect(read(withField('"n":128')).choices).toBe(128);
    expect(read(withField('"n":2,"best_of":5')).choices).toBe(5);
    expect(refusalOf(() => read(withField('"n":129')))).toBe('invalid_request n');
  });
});

describe('what is absent', () => {
  test('null is absent, and a missing model means auto', () => {
    const request = read(
      withField('"stream":null,"tools":null,"store":null,"stream_options":null').replace('"auto"', 'null'),
    );

    expect(request).toMatchObject({ model: 'auto', stream: false, toolCount: 0, includeUsage: false });
  });

  test('P61 unknown fields are kept, byte for byte', () => {
    const body = withField('"future":{"2":1.10,"1":[9007199254740993]}');

    expect(Buffer.from(read(body).bytes).toString()).toBe(body);
  });

  test.each([
    ['{}', 'invalid_request messages'],
    ['{"messages":[]}', 'invalid_request messages'],
    ['{"messages":{}}', 'invalid_request messages'],
    ['{"messages":[1]}', 'invalid_request messages[0]'],
    ['{"messages":[{"content":"x"}]}', 'invalid_request messages[0].role'],
    ['{"messages":[{"role":"user","content":{"type":"text"}}]}', 'invalid_request messages[0].content'],
    [
      `{"messages":[${'{"role":"user","content":"x"},'.repeat(10)}{"role":"user","content":"x"}]}`,
      'request_too_large messages',
    ],
    [withField('"stream":"yes"'), 'invalid_request stream'],
    [withField('"stream_options":[]'), 'invalid_request stream_options'],
    [withField('"stream_options":{"include_usage":1}'), 'invalid_request stream_options.include_usage'],
    [`{"model":7,${MESSAGES}}`, 'invalid_request model'],
    [`{"model":"${'x'.repeat(300)}",${MESSAGES}}`, 'invalid_request model'],
  ])('P51 P62 %s: %s', (body, outcome) => {
    expect(refusalOf(() => read(body))).toBe(outcome);
  });
});

describe('a name that some servers read as a judged one', () => {
  test.each([
    ['"Model":"x"', 'invalid_request model'],
    ['"MAX_TOKENS":9', 'invalid_request max_tokens'],
    ['"\\u017ftore":true', 'invalid_request store'],
    ['"mcp_\u017fervers":[]', 'invalid_request mcp_servers'],
    ['"Messages":[]', 'invalid_request messages'],
    ['"extra_body":{"model":"x"}', 'invalid_request extra_body.model'],
    ['"extra_body":{"Store":true}', 'invalid_request extra_body.store'],
    ['"extra_body":{"top_k":1}', 'accepted'],
    ['"\u043codel":1,"model_":1,"X_Model":1', 'accepted'],
    ['"logit_bias":{"Model":1},"metadata":{"Store":"a","store":"b"}', 'accepted'],
  ])('P53 %s: %s', (field, outcome) => {
    expect(refusalOf(() => read(withField(field)))).toBe(outcome);
  });

  test.each([
    ['{"role":"user","content":"a","Content":"b"}', 'invalid_request messages[1].content'],
    ['{"role":"user","Role":"system","content":"a"}', 'invalid_request messages[1].role'],
    ['{"role":"user","content":"a","Name":"b"}', 'accepted'],
  ])('P53 %s: %s', (message, outcome) => {
    expect(refusalOf(() => read(`{"messages":[{"role":"user","content":"x"},${message}]}`))).toBe(outcome);
  });
});

describe('what a provider would keep or run', () => {
  test.each([
    ['"previous_response_id":"r"', 'unsupported_stateful previous_response_id'],
    ['"conversation":{"id":"c"}', 'unsupported_stateful conversation'],
    ['"background":true', 'unsupported_stateful background'],
    ['"background":false', 'accepted'],
    ['"store":true', 'egress_denied store'],
    ['"store":false', 'accepted'],
    ['"models":["other/large"]', 'egress_denied models'],
    ['"fallbacks":["other"]', 'egress_denied fallbacks'],
    ['"api_base":"https://evil.test"', 'egress_denied api_base'],
    ['"base_url":"https://evil.test"', 'egress_denied base_url'],
    ['"kv_transfer_params":{"remote_host":"evil.test"}', 'egress_denied kv_transfer_params'],
    ['"bootstrap_host":"evil.test"', 'egress_denied bootstrap_host'],
    ['"models":null', 'accepted'],
  ])('%s: %s', (field, outcome) => {
    expect(refusalOf(() => read(withField(field)))).toBe(outcome);
  });

  test.each([
    ['"tools":[{"type":"function","function":{"name":"f"}}]', undefined],
    ['"tools":[{"type":"custom","custom":{"name":"f"}}]', undefined],
    ['"tools":[{"type":"function","function":{}},{"type":"web_search"}]', 'tools[1]'],
    ['"tools":[{"type":"mcp","server_url":"https://x"}]', 'tools[0]'],
    ['"tools":[{"name":"untyped"}]', 'tools[0]'],
    // Proxies in front of other providers tell a tool by its member, whatever its type says.
    ['"tools":[{"googleSearch":{},"type":"function","function":{"name":"f"}}]', 'tools[0]'],
    ['"tools":[{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral"},"x":1}]', undefined],
    ['"tools":[{"type":"custom","custom":{"name":"f","format":{"type":"text"}}}]', undefined],
    ['"tools":[{"type":"custom","name":"f","input_schema":{},"format":{},"parameters":null}]', undefined],
    ['"web_search_options":{}', 'web_search_options'],
    ['"search_parameters":{"mode":"on"}', 'search_parameters'],
    ['"enable_search":false', undefined],
    ['"data_sources":[{"type":"azure_search","parameters":{"endpoint":"https://x"}}]', 'data_sources'],
    ['"web_search":{"enable":true}', 'web_search'],
    ['"enable_web_search":true', 'enable_web_search'],
    ['"tool_choice":{"type":"function","function":{"name":"f"}},"metadata":{"a":"https://x"}', undefined],
    ['"prediction":{"type":"content","content":"https://x"},"modalities":["audio"],"audio":{"voice":"a"}', undefined],
  ])('%s runs at the provider: %s', (field, path) => {
    expect(read(withField(field)).hostedToolPath).toBe(path);
  });
});

describe('content that a provider would fetch', () => {
  test.each([
    ['{"type":"image_url","image_url":{"url":"https://evil.test/x"}}', '.image_url.url'],
    ['{"type":"image_url","image_url":"http://evil.test/x"}', '.image_url'],
    ['{"type":"image_url","image_url":{"url":" \\u0001HT\\ntps://evil.test/x"}}', '.image_url.url'],
    ['{"type":"image_url","image_url":{"url":"gs://bucket/x"}}', '.image_url.url'],
    ['{"type":"file","file":{"file_url":"https://evil.test/x.pdf"}}', '.file.file_url'],
    ['{"type":"video_url","video_url":{"url":"https://evil.test/x"}}', '.video_url.url'],
    // Spellings of other servers, and parts whose type is left to be guessed.
    ['{"image_url":"https://evil.test/x"}', '.image_url'],
    ['{"image_url":{"url":"https://evil.test/x"}}', '.image_url.url'],
    ['{"type":"image","source":{"type":"url","url":"https://evil.test/x"}}', '.source.url'],
    ['{"type":"input_image","image_url":"file:///etc/passwd"}', '.image_url'],
    ['{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="},"more":["https://evil.test"]}', '.more'],
    // Spellings that a lenient server repairs.
    ['{"type":"image_url","image_url":["https://evil.test/x"]}', '.image_url'],
    ['{"type":"image_url","image_url":[{"url":"https://evil.test/x"}]}', '.image_url.url'],
    ['{"type":"image_url","image_url":{"url":"\\u00a0\\ufeffhttps://evil.test/x"}}', '.image_url.url'],
    [`{"type":"image_url","image_url":{"url":"${' '.repeat(300)}https://evil.test/x"}}`, '.image_url.url'],
    [`{"type":"image_url","image_url":{"url":"ht${'\\t'.repeat(300)}tps://evil.test/x"}}`, '.image_url.url'],
    [`{"type":"input_image","image_url":"${' '.repeat(300)}https://evil.test/x"}`, '.image_url'],
    ['{"type":"input_image","image_url":"https:evil.test/x"}', '.image_url'],
    // No scheme, and no base64 either: a host, or a file of the server's own disk.
    ['{"type":"image_url","image_url":{"url":"//evil.test/x.png"}}', '.image_url.url'],
    ['{"type":"image_url","image_url":{"url":"/srv/images/x.png"}}', '.image_url.url'],
    ['{"type":"image_url","image_url":"www.evil.test/x.png"}', '.image_url'],
  ])('%s is remote at %s', (part, path) => {
    expect(read(withPart(part)).remoteContentPath).toBe(`messages[0].content[1]${path}`);
  });

  test.each([
    '{"type":"text","text":"see https://example.com"}',
    '{"type":"text","text":"https://example.com"}',
    '{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}',
    '{"type":"image_url","image_url":{"url":"DATA:image/png;base64,AA=="}}',
    '{"type":"input_audio","input_audio":{"data":"//sAAA==","format":"mp3"}}',
    '{"type":"file","file":{"file_data":"data:application/pdf;base64,AA==","filename":"C:x.pdf"}}',
    '{"type":"refusal","refusal":"https://example.com"}',
    '{"type":"image_url","image_url":{"url":"/9j/4AAQSkZJRgABAQ=="}}',
    '{"type":"image_url","image_url":{"url":"iVBORw0KGgo\\nAAAANSUhEUg=="}}',
    '{"type":"text","text":"x","annotations":[{"type":"url_citation","url_citation":{"url":"https://example.com"}}]}',
    '{"type":"text","text":"x","citations":[{"url":"https://example.com","file_id":"f"}]}',
  ])('%s is not', (part) => {
    expect(read(withPart(part)).remoteContentPath).toBeUndefined();
  });

  test.each([
    ['{"type":"file","file":{"file_id":"file-1"}}', 'messages[0].content[1].file.file_id'],
    ['{"type":"input_file","file_id":"file-1"}', 'messages[0].content[1].file_id'],
    ['{"type":"file","file":[{"file_id":"file-1"}]}', 'messages[0].content[1].file.file_id'],
    ['{"type":"file","file":{"File_ID":"file-1"}}', 'messages[0].content[1].file.File_ID'],
    ['{"type":"image_file","image_file":{"file_id":"file-1"}}', 'messages[0].content[1].image_file.file_id'],
  ])('%s names a file at the provider', (part, path) => {
    expect(refusalOf(() => read(withPart(part)))).toBe(`unsupported_stateful ${path}`);
  });

  test('an earlier spoken answer is kept at the provider too', () => {
    const body = '{"messages":[{"role":"assistant","audio":{"id":"audio_1"}},{"role":"user","content":"x"}]}';

    expect(refusalOf(() => read(body))).toBe('unsupported_stateful messages[0].audio.id');
  });

  test.each([
    ['"images":["https://evil.test/x"]', 'messages[0].images'],
    ['"image_url":{"url":"https://evil.test/x"}', 'messages[0].image_url.url'],
    ['"tool_calls":[{"id":"c","type":"custom","custom":{"name":"f","input":"https://example.com"}}]', undefined],
    ['"annotations":[{"type":"url_citation","url_citation":{"url":"https://example.com"}}]', undefined],
    ['"name":"https://example.com","reasoning_content":"https://example.com"', undefined],
    ['"reasoning_details":[{"type":"reasoning.summary","summary":"https://example.com"}]', undefined],
  ])('beside the content of a message, %s is remote at %s', (members, path) => {
    const body = `{"messages":[{"role":"assistant","content":"x",${members}}]}`;

    expect(read(body).remoteContentPath).toBe(path);
  });

  test('an attachment of a message is a file at the provider', () => {
    const body = '{"messages":[{"role":"user","content":"x","attachments":[{"file_id":"f"}]}]}';

    expect(refusalOf(() => read(body))).toBe('unsupported_stateful messages[0].attachments.file_id');
  });

  test('base64 counts as an image and not as text', () => {
    const data = `data:image/png;base64,${'A'.repeat(1_000)}`;
    const parts = ['image_url', 'video_url', 'audio_url'].map(
      (type) => `{"type":"${type}","${type}":{"url":"${data}"}}`,
    );

    const request = read(withPart(parts.join(',')));

    expect(request.imageCount).toBe(3);
    expect(request.dataUrlBytes).toBe(3 * (data.length + 2));
  });
});

describe('an override', () => {
  test.each([
    ['{"messages":[{"role":"user","content":"/max a"},{"role":"assistant","content":"b"}]}', '/max '],
    ['{"messages":[{"role":"user","content":"/max a"},{"role":"user","content":"[deep]\\n c"}]}', '[deep]\\n '],
    ['{"messages":[{"role":"user","content":[{"type":"text","text":"/max a"},{"type":"text","text":"b"}]}]}', '/max '],
    ['{"user":"é😀","messages":[{"role":"user","content":"/m\\u0061x\\u0020é"}]}', '/m\\u0061x\\u0020'],
    ['{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"/max b"}]}', undefined],
    [
      '{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"/max b"}]}]}',
      undefined,
    ],
    ['{"messages":[{"role":"system","content":"/max a"}]}', undefined],
    ['{"messages":[{"role":"user","content":null}]}', undefined],
    ['{"messages":[{"role":"user","content":"/max "}]}', undefined],
  ])('P64 of %s takes out %j', (body, taken) => {
    const removal = read(body).override?.removal;

    expect(removal && Buffer.from(body).toString('utf8', removal.start, removal.end)).toBe(taken);
  });

  test('with nothing behind it is found, and takes out nothing', () => {
    const body = '{"messages":[{"role":"user","content":"/max "}]}';

    expect(read(body).override).toEqual({ alias: 'max', tier: 'REASONING', removal: undefined });
  });
});

describe('places', () => {
  test('count bytes, whatever stands before them', () => {
    const body = `{"é😀":"\\u00e9 ü","stream_options":{"ü":1,"x":"é"},"last" : [1.10],${MESSAGES}}`;

    const { root, streamOptions } = read(body);

    const at = (start: number, end: number) => Buffer.from(body).toString('utf8', start, end);
    const found = [...root.members.values()].map(({ nameStart, value }) => at(nameStart, value.end));
    expect(found).toEqual(['"é😀":"\\u00e9 ü"', '"stream_options":{"ü":1,"x":"é"}', '"last" : [1.10]', MESSAGES]);
    expect(at(streamOptions?.start ?? 0, streamOptions?.end ?? 0)).toBe('{"ü":1,"x":"é"}');
    expect(at(root.start, root.end)).toBe(body);
  });
});

describe('bounds of the configuration', () => {
  test('P50 the depth is the configured one', () => {
    const limits = { ...SAMPLE_LIMITS, jsonDepth: 4 };

    expect(refusalOf(() => read(withField('"x":[[[1]]]'), limits))).toBe('accepted');
    expect(refusalOf(() => read(withField('"x":[[[[1]]]]'), limits))).toBe('invalid_json');
  });

  test('the classifier gets both ends of a long ask, and an earlier message what is left', () => {
    const messages = [
      { role: 'user', content: 'earlier' },
      { role: 'tool', content: `${'t'.repeat(9_999)}!` },
      { role: 'user', content: `?${'é'.repeat(10_000)}!` },
    ];

    const { classified, countedText } = read(JSON.stringify({ messages }), {
      ...SAMPLE_LIMITS,
      classifiedTextBytes: 256,
    });

    expect(classified.map(({ role }) => role)).toEqual(['user', 'tool', 'user']);
    expect(classified.map(({ text }) => text)).toEqual([
      '',
      `${'t'.repeat(127)}\n${'t'.repeat(126)}!`,
      `?${'é'.repeat(63)}\n${'é'.repeat(63)}!`,
    ]);
    expect(countedText.length).toBe(7 + 10_000 + 10_002 + 2);
  });

  test('what fits is classified whole, images and tool calls beside it', () => {
    const part = '{"type":"image_url","image_url":{"url":"data:,x"}}';
    const user = `{"role":"user","content":[{"type":"text","text":"a"},${part},{"type":"text","text":"b"}]}`;

    const { classified } = read(`{"messages":[${user},{"role":"assistant","tool_calls":[{},{}]},{"role":"x"}]}`);

    expect(classified).toEqual([
      { role: 'user', text: 'a\nb', hasImage: true, toolCallCount: 0 },
      { role: 'assistant', text: '', hasImage: false, toolCallCount: 2 },
      { role: 'user', text: '', hasImage: false, toolCallCount: 0 },
    ]);
  });
});

describe('an embeddings request', () => {
  test.each([
    ['{"input":"a"}', 'accepted'],
    ['{"input":["a","b"]}', 'accepted'],
    ['{"input":null}', 'invalid_request input'],
    ['{"input":5}', 'invalid_request input'],
    ['{"input":"a","input":"b"}', 'duplicate_key'],
    ['{"input":[1,2]}', 'accepted'],
    ['{"input":[[1,2],[3]]}', 'accepted'],
    // Servers of multimodal models would fetch what these name.
    ['{"input":[{"image":"https://evil.test/x.png"}]}', 'invalid_request input'],
    ['{"input":[[{"image":"https://evil.test/x.png"}]]}', 'invalid_request input'],
    ['{"input":["a",null]}', 'invalid_request input'],
    [`{"input":"a",${MESSAGES}}`, 'invalid_request messages'],
    ['{"input":"a","Input":"b"}', 'invalid_request input'],
  ])('%s: %s', (body, outcome) => {
    expect(refusalOf(() => readEmbeddingsRequest(Buffer.from(body), SAMPLE_LIMITS))).toBe(outcome);
  });
});
