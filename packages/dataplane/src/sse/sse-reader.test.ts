// Metering must see exactly the events that a browser would, however the network cut the bytes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxSseLineBytes, type SseEvent, SseReader } from './sse-reader.ts';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function readAll(...chunks: readonly Uint8Array[]): SseEvent[] {
  const reader = new SseReader();
  return chunks.flatMap((chunk) => {
    const reading = reader.push(chunk);
    expect(reading.outcome).toBe('read');
    return [...reading.events];
  });
}

function read(text: string): [string, string][] {
  return readAll(bytes(text)).map((event) => [event.type, event.data]);
}

/** The WHATWG algorithm written the slow way, on the whole text. */
function reference(text: string): [string, string][] {
  const events: [string, string][] = [];
  let data: string[] = [];
  let type = '';
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) events.push([type || 'message', data.join('\n')]);
      data = [];
      type = '';
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'event') type = value;
  }
  return events;
}

describe('P67 the WHATWG rules', () => {
  test.each<[string, string, [string, string][]]>([
    [
      'LF',
      'data: a\n\ndata: b\n\n',
      [
        ['message', 'a'],
        ['message', 'b'],
      ],
    ],
    [
      'CRLF',
      'data: a\r\n\r\ndata: b\r\n\r\n',
      [
        ['message', 'a'],
        ['message', 'b'],
      ],
    ],
    [
      'CR only',
      'data: a\r\rdata: b\r\r',
      [
        ['message', 'a'],
        ['message', 'b'],
      ],
    ],
    [
      'mixed line ends',
      'data: a\r\n\ndata: b\n\rdata: c\r\r\n',
      [
        ['message', 'a'],
        ['message', 'b'],
        ['message', 'c'],
      ],
    ],
    ['comments', ': keep-alive\n\n:\ndata: a\n: in between\n\n', [['message', 'a']]],
    ['data without a space', 'data:a\n\n', [['message', 'a']]],
    ['only one space is dropped', 'data:  a \n\n', [['message', ' a ']]],
    ['multi-line data', 'data: a\ndata:\ndata: b\n\n', [['message', 'a\n\nb']]],
    [
      'data without a colon',
      'data\n\ndata\ndata\n\ndata:',
      [
        ['message', ''],
        ['message', '\n'],
      ],
    ],
    [
      'event, id and retry',
      'event: delta\nid: 7\nretry: 10\ndata: a\n\ndata: b\n\n',
      [
        ['delta', 'a'],
        ['message', 'b'],
      ],
    ],
    ['an event without data', 'event: ping\n\ndata: a\n\n', [['message', 'a']]],
    ['the last event name wins', 'event: a\nevent: b\ndata: x\n\n', [['b', 'x']]],
    ['other fields', 'datum: a\nDATA: b\n data: c\ndata : d\nevents: e\n\n', []],
    ['a BOM at the start', '\ufeffdata: a\n\n', [['message', 'a']]],
    ['a BOM anywhere else is data', 'data: \ufeffa\n\n\ufeffdata: b\n\n', [['message', '\ufeffa']]],
    ['an unfinished event', 'data: a\n\ndata: b\n', [['message', 'a']]],
    ['colons in data', 'data: {"a":"b: c"}\n\n', [['message', '{"a":"b: c"}']]],
    ['nothing', '', []],
  ])('%s', (_name, text, expected) => {
    expect(read(text)).toEqual(expected);
    expect(reference(text)).toEqual(expected);
  });

  test('replaces invalid UTF-8 like a browser', () => {
    const [event] = readAll(Uint8Array.from([...bytes('data: a'), 0xff, ...bytes('b\n\n')]));

    expect(event?.data).toBe('a\ufffdb');
  });
});

describe('P66 chunks', () => {
  const pieces = fc.constantFrom(
    ...['data: ', 'data:', 'data', 'event: x', 'event', ':', 'id: 1', 'é€𝄞', '\ufeff', ' ', 'a', '\n', '\n', '\n\n'],
    ...['\r', '\r\n', '\r\n\r\n', '{"n":1}', '[DONE]'],
  );
  const stream = fc.array(pieces, { maxLength: 40 }).map((list) => list.join(''));
  const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 30 });

  test('the same events come out of any stream, cut anywhere', () => {
    fc.assert(
      fc.property(stream, cuts, (text, cutList) => {
        const events = readAll(...cutAt(bytes(text), cutList));

        expect(events.map((event) => [event.type, event.data])).toEqual(reference(text));
      }),
      { numRuns: 1_000 },
    );
  });

  test('an event is exactly its bytes: alone it reads the same, and without it the others stay', () => {
    fc.assert(
      fc.property(stream, cuts, fc.nat(), (text, cutList, pick) => {
        const whole = bytes(text);
        const events = readAll(...cutAt(whole, cutList));
        const event = events[pick % events.length];
        if (event === undefined) return;
        const alone = whole.subarray(event.start, event.end);
        const rest = Buffer.concat([whole.subarray(0, event.start), whole.subarray(event.end)]);
        const others = events.filter((other) => other !== event);
        // A byte order mark counts only as a stream's first bytes: cutting must not bring an inner one there.
        const startsWithMark = (part: Uint8Array) => Buffer.from(part).subarray(0, 3).equals(bytes('\ufeff'));
        fc.pre(!startsWithMark(rest) && !startsWithMark(alone));

        // A chunk that ends between CR and LF ends the event before the LF: the blank line left over means nothing.
        expect(readAll(alone).map((other) => [other.type, other.data])).toEqual([[event.type, event.data]]);
        expect(readAll(rest).map((other) => [other.type, other.data])).toEqual(
          others.map((other) => [other.type, other.data]),
        );
        expect(events.every((other, index) => other.start >= (events[index - 1]?.end ?? 0))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a multi-byte character, a field name and a CRLF pair may be split at every byte', () => {
    const text = '\ufeffdata: é€𝄞\r\nevent: délta\r\n\r\ndata: [DONE]\r\n\r\n';
    const single = Array.from(bytes(text), (byte) => Uint8Array.of(byte));

    const events = readAll(...single);

    expect(events.map((event) => [event.type, event.data])).toEqual([
      ['délta', 'é€𝄞'],
      ['message', '[DONE]'],
    ]);
  });

  test('offsets count from the start of the stream', () => {
    const first = ': hi\n\ndata: é\n\n';
    const second = 'data: b\n\n';

    const events = readAll(bytes(first), bytes(second));

    expect(events.map(({ start, end }) => [start, end])).toEqual([
      [6, 16],
      [16, 25],
    ]);
  });

  test('knows where a comment can be put in', () => {
    const reader = new SseReader();

    const states = ['', 'da', 'ta: a', '\n', '\n', ': c\n', '\n', 'data: b\r\n\r', '\n'].map((text) => {
      reader.push(bytes(text));
      return reader.isBetweenEvents;
    });

    expect(states).toEqual([true, false, false, false, true, false, true, true, true]);
  });
});

describe('P68 bounds', () => {
  test('a 10 MB line without an end overflows at 1 MiB', () => {
    const reader = new SseReader();
    const chunk = Buffer.alloc(65_536, 'x');
    let pushed = 0;
    while (reader.push(chunk).outcome === 'read') pushed += chunk.length;

    expect(pushed).toBe(maxSseLineBytes);
    expect(reader.push(bytes('\n\ndata: a\n\n'))).toEqual({ outcome: 'overflow', events: [] });
  });

  test('a whole line above the bound overflows too, after the events before it', () => {
    const reader = new SseReader({ maxLineBytes: 8, maxEventDataLength: 100 });

    const reading = reader.push(bytes('data: ab\n\ndata: abc\n\n'));

    expect(reading).toEqual({ outcome: 'overflow', events: [{ start: 0, end: 10, type: 'message', data: 'ab' }] });
  });

  test('an event of endlessly many lines overflows', () => {
    const reader = new SseReader({ maxLineBytes: 100, maxEventDataLength: 10 });

    expect(reader.push(bytes('data\n'.repeat(10))).outcome).toBe('read');
    expect(reader.push(bytes('data\n')).outcome).toBe('overflow');
  });

  test('comments for ever are not an overflow', () => {
    const reader = new SseReader({ maxLineBytes: 100, maxEventDataLength: 10 });

    for (let index = 0; index < 1_000; index += 1) expect(reader.push(bytes(': ping\n')).outcome).toBe('read');
  });

  test('a long line that arrives byte by byte is read in linear time', () => {
    const line = bytes(`data: ${'x'.repeat(500_000)}\n\n`);
    const reader = new SseReader();
    const startedMs = performance.now();

    const events = Array.from(line, (_byte, index) => reader.push(line.subarray(index, index + 1)).events).flat();

    expect(events[0]?.data).toHaveLength(500_000);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

function cutAt(whole: Uint8Array, cutList: readonly number[]): Uint8Array[] {
  const ends = [...new Set(cutList.map((cut) => Math.min(cut, whole.length)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => whole.subarray(start, ends[index] ?? whole.length));
}
