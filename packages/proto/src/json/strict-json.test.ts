// What the strict reader promises beyond the grammar: duplicates, bounds, offsets, paths, the dialect for files.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUtf8Strict } from './decode-utf8.ts';
import { hardMaxJsonDepth, type JsonLimits, maxNumberLength, requestJsonLimits } from './json-limits.ts';
import { type JsonNode, numberSource, presentMember } from './json-node.ts';
import { toPlainValue } from './json-value.ts';
import { type JsonReading, type JsonRefusal, parseStrictJson } from './strict-json.ts';

const limits: JsonLimits = { maxDepth: 64 };

function refusal(reading: JsonReading): JsonRefusal {
  if (reading.outcome !== 'refused') throw new Error('expected a refusal');
  return reading;
}

function root(reading: JsonReading): JsonNode {
  if (reading.outcome !== 'parsed') throw new Error(`${reading.problem} at ${reading.offset}`);
  return reading.root;
}

describe('duplicate members', () => {
  test.each([
    ['{"model":"auto","model":"denied"}', 16, 'model'],
    ['{"\\u006dodel":1,"model":2}', 16, 'model'],
    ['{"messages":[{"role":"a","role":"b"}]}', 25, 'messages[0].role'],
    ['{"stream":true,"max_tokens":1,"stream":false}', 30, 'stream'],
    ['{"__proto__":1,"__proto__":2}', 15, '__proto__'],
    ['[[{"":1,"":2}]]', 8, '[0][0][""]'],
  ])('P52 refuses %s', (text, offset, path) => {
    expect(parseStrictJson(text, limits)).toEqual({ outcome: 'refused', problem: 'duplicate_key', offset, path });
  });

  test('keeps the same name in different objects', () => {
    expect(parseStrictJson('{"a":{"a":[{"a":1},{"a":2}]}}', limits).outcome).toBe('parsed');
  });

  test('keeps names apart that only look alike', () => {
    expect(parseStrictJson('{"é":1,"e\u0301":2,"model":3,"mоdel":4}', limits).outcome).toBe('parsed');
  });
});

describe('bounds', () => {
  test('P50 refuses nesting of 200,000 at the bound, without reading on', () => {
    const reading = refusal(parseStrictJson('['.repeat(200_000), requestJsonLimits));

    expect(reading.problem).toBe('too_deep');
    expect(reading.offset).toBe(64);
  });

  test('counts the root container as depth 1', () => {
    expect(parseStrictJson('[[1]]', { maxDepth: 2 }).outcome).toBe('parsed');
    expect(refusal(parseStrictJson('[[[]]]', { maxDepth: 2 })).problem).toBe('too_deep');
    expect(parseStrictJson('1', { maxDepth: 0 }).outcome).toBe('parsed');
  });

  test('P51 refuses a million keys at the member bound', () => {
    const text = `{${Array.from({ length: 1_000_000 }, (_, index) => `"${index}":1`).join(',')}}`;

    const reading = refusal(parseStrictJson(text, requestJsonLimits));

    expect(reading.problem).toBe('too_many');
    expect(reading.offset).toBeLessThan(100_000);
  });

  test('counts members, items and all values, each exactly', () => {
    expect(parseStrictJson('{"a":1,"b":2}', { maxDepth: 1, maxMembers: 2 }).outcome).toBe('parsed');
    expect(refusal(parseStrictJson('{"a":1,"b":2}', { maxDepth: 1, maxMembers: 1 })).problem).toBe('too_many');
    expect(parseStrictJson('[1,2]', { maxDepth: 1, maxItems: 2 }).outcome).toBe('parsed');
    expect(refusal(parseStrictJson('[1,2]', { maxDepth: 1, maxItems: 1 })).problem).toBe('too_many');
    expect(parseStrictJson('[1,[2]]', { maxDepth: 2, maxNodes: 4 }).outcome).toBe('parsed');
    expect(refusal(parseStrictJson('[1,[2]]', { maxDepth: 2, maxNodes: 3 })).problem).toBe('too_many');
  });

  test('throws when a caller asks for more depth than the stack holds', () => {
    expect(() => parseStrictJson('1', { maxDepth: hardMaxJsonDepth + 1 })).toThrow(RangeError);
    expect(() => parseStrictJson('1', { maxDepth: Number.NaN })).toThrow(RangeError);
  });

  test('refuses a number of more characters than anybody means', () => {
    const digits = '1'.repeat(maxNumberLength);

    expect(parseStrictJson(`[${digits}]`, limits).outcome).toBe('parsed');
    expect(refusal(parseStrictJson(`[${digits}1]`, limits))).toMatchObject({ problem: 'invalid_json', offset: 1 });
  });

  test('keeps a path short when keys are long', () => {
    const reading = refusal(parseStrictJson(`{"${'k'.repeat(10_000)}":x}`, limits));

    expect(reading.path.length).toBeLessThanOrEqual(256);
  });
});

describe('bytes', () => {
  test.each([
    ['P56 a BOM', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['P55 an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['P55 an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['P55 a cut sequence', [0x22, 0xe2, 0x82]],
    ['P55 a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['UTF-16', [0xfe, 0xff, 0x00, 0x7b]],
  ])('refuses %s', (_name, bytes) => {
    expect(decodeUtf8Strict(Uint8Array.from(bytes))).toBeUndefined();
  });

  test('decodes what is well-formed, an inner U+FEFF included', () => {
    expect(decodeUtf8Strict(new TextEncoder().encode('"€𝄞\ufeff"'))).toBe('"€𝄞\ufeff"');
    expect(decodeUtf8Strict(new Uint8Array(0))).toBe('');
  });

  test.each([
    ['raw high', '"\ud800"'],
    ['raw low', '"\udc00"'],
    ['raw reversed', '"\udc00\ud800"'],
    ['escaped high, raw low', '"\\ud83d\ude39"'],
    ['raw high, escaped low', '"\ud83d\\ude39"'],
    ['NUL', '"\u0000"'],
    ['U+001F', '"\u001f"'],
  ])('P55 refuses a %s surrogate or control character', (_name, text) => {
    expect(refusal(parseStrictJson(text, limits)).problem).toBe('invalid_json');
  });
});

describe('long runs', () => {
  const lengths = [62, 63, 64, 65, 66, 127, 128, 129, 1_000];
  const good = ['', '\\n', '\\u00e9', '\\ud83d\\ude00', '😀', 'é\u2028', '\ud7ff\ue000'];
  const bad = ['\n', '\u0000', '\u001f', '\\x', '\\u12g4', '\\ud800', '\ud800', '\udc00'];

  test.each(lengths)('of %d plain units hide nothing that follows', (length) => {
    const plain = 'x'.repeat(length);
    for (const unit of good) {
      const text = `"${plain}${unit}${plain}"`;
      expect(root(parseStrictJson(text, limits))).toMatchObject({ end: text.length, value: JSON.parse(text) });
    }
    for (const unit of bad) {
      const reading = refusal(parseStrictJson(`"${plain}${unit}${plain}"`, limits));
      expect(reading).toMatchObject({ problem: 'invalid_json', offset: length + 1 });
    }
    expect(refusal(parseStrictJson(`"${plain}`, limits)).offset).toBe(length + 1);
  });

  test.each(lengths)('of %d escapes hide nothing that follows', (length) => {
    for (const repeated of good.filter((unit) => unit !== '')) {
      const odd = repeated.repeat(length);
      for (const unit of good) {
        const text = `"${odd}${unit}${odd}"`;
        expect(root(parseStrictJson(text, limits))).toMatchObject({ end: text.length, value: JSON.parse(text) });
      }
      for (const unit of bad) {
        const reading = refusal(parseStrictJson(`"${odd}${unit}${odd}"`, limits));
        expect(reading).toMatchObject({ problem: 'invalid_json', offset: odd.length + 1 });
      }
    }
  });

  test.each(lengths)('of %d blanks end where they end', (length) => {
    const blanks = ' '.repeat(length);
    expect(root(parseStrictJson(`${blanks}1${blanks}`, limits))).toMatchObject({ start: length, end: length + 1 });
    expect(refusal(parseStrictJson(`${blanks}\u00a01`, limits)).offset).toBe(length);
    expect(parseStrictJson(`[1,${blanks}/* ${blanks}*/${blanks}]`, limits, 'jsonc').outcome).toBe('parsed');
  });
});

describe('the tree', () => {
  test('points at every value and name in the source', () => {
    const text = ' {"a" : [1.50, "\\u00e9x"], "b":null}';
    const object = root(parseStrictJson(text, limits));
    if (object.kind !== 'object') throw new Error('not an object');

    const array = object.members.get('a')?.value;
    if (array?.kind !== 'array') throw new Error('not an array');
    const [number, string] = array.items;

    expect(text.slice(object.start, object.end)).toBe(text.trim());
    expect(text.slice(array.start, array.end)).toBe('[1.50, "\\u00e9x"]');
    expect(number?.kind === 'number' && numberSource(text, number)).toBe('1.50');
    expect(string).toMatchObject({ kind: 'string', value: 'éx', start: 15, end: 24 });
    expect(object.members.get('b')?.nameStart).toBe(text.indexOf('"b"'));
  });

  test('keeps integer-like keys in source order and big integers in full', () => {
    const text = '{"10":1,"9":9007199254740993}';
    const object = root(parseStrictJson(text, limits));
    if (object.kind !== 'object') throw new Error('not an object');

    const big = object.members.get('9')?.value;

    expect([...object.members.keys()]).toEqual(['10', '9']);
    expect(big?.kind === 'number' && numberSource(text, big)).toBe('9007199254740993');
  });

  test('P54 keeps __proto__, constructor and toString as data', () => {
    const text = '{"__proto__":{"admin":true},"constructor":{"prototype":1},"toString":2}';
    const plain = toPlainValue(text, root(parseStrictJson(text, limits))) as Record<string, unknown>;

    expect(Object.getPrototypeOf(plain)).toBeNull();
    expect(Object.keys(plain)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  test('treats null and missing members as absent', () => {
    const object = root(parseStrictJson('{"a":null,"b":0}', limits));
    if (object.kind !== 'object') throw new Error('not an object');

    expect(presentMember(object, 'a')).toBeUndefined();
    expect(presentMember(object, 'toString')).toBeUndefined();
    expect(presentMember(object, 'b')?.kind).toBe('number');
  });

  test('reads what JSON.parse reads, for any document', () => {
    const anyKey = fc.string({ unit: 'binary' });
    const anyJson = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, false),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: 'binary' }),
        fc.array(tie('value')),
        fc.dictionary(anyKey, tie('value'), { noNullPrototype: true }),
      ),
    })).value;

    fc.assert(
      fc.property(anyJson, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(JSON.stringify(toPlainValue(text, root(parseStrictJson(text, limits))))).toBe(
          JSON.stringify(JSON.parse(text)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('accepts exactly what JSON.parse accepts, for any short text of JSON characters', () => {
    const piece = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"', '"a"', '\\', '\\n', '\\u0041', '-', '0', '1', '.', 'e', '+', 'true', ' '],
    );

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const reading = parseStrictJson(text, limits);
        if (reading.outcome === 'refused' && reading.problem === 'duplicate_key') return;
        expect(reading.outcome === 'parsed').toBe(isParsedByEngine(text));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the dialect of configuration files', () => {
  test('allows comments and trailing commas', () => {
    const text = '// head\n{ /* c */ "a": [1, 2,], // end\r "url": "http://x/*", }\n/**/';

    expect(toPlainValue(text, root(parseStrictJson(text, limits, 'jsonc')))).toEqual(
      Object.assign(Object.create(null), { a: [1, 2], url: 'http://x/*' }),
    );
  });

  test.each(['[,]', '{,}', '[1,,]', '{"a":1,,}', '[1] /* open', '[1] /', '{"a":1,"a":2}', "{'a':1}", '[01]'])(
    'still refuses %s',
    (text) => {
      expect(parseStrictJson(text, limits, 'jsonc').outcome).toBe('refused');
    },
  );
});

function isParsedByEngine(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
