import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamReader, terminalEvent } from './stream-reader.ts';

const LIMITS = { sseLineBytes: 2_000 };
const event = (value: object | string) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const delta = (fields: object) => event({ choices: [{ index: 0, delta: fields }] });
const usageChunk = event({
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } },
});
const toolCalls = [
  delta({ role: 'assistant', tool_calls: [{ index: 0, id: 'c1', function: { name: 'get', arguments: '' } }] }),
  delta({ tool_calls: [{ index: 0, function: { arguments: '{"città":"東' } }] }),
  delta({ tool_calls: [{ index: 0, function: { arguments: '京 👋"}' } }] }),
  event({ choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }),
].join('');

interface Passed {
  readonly text: string;
  readonly done: string;
  readonly ends: readonly string[];
  readonly reader: StreamReader;
}

function run(chunks: readonly Uint8Array[], removesUsage = true): Passed {
  const reader = new StreamReader(LIMITS, removesUsage);
  const pass: Uint8Array[] = [];
  const ends: string[] = [];
  let done = '';
  for (const chunk of chunks) {
    const step = reader.push(chunk);
    pass.push(...step.pass);
    done += Buffer.from(step.done ?? []).toString();
    ends.push(step.end);
    if (step.end !== 'none') break;
  }
  return { text: Buffer.concat(pass).toString('utf8'), done, ends, reader };
}

function split(text: string, cuts: readonly number[]): Uint8Array[] {
  const bytes = Buffer.from(text);
  const at = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('a stream with tool calls', () => {
  test('passes its bytes unchanged however it is cut, without the usage chunk, [DONE] held back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), fc.constantFrom('\n', '\r\n', '\r'), (cuts, lineEnd) => {
        const spell = (text: string) => text.replaceAll('\n', lineEnd);
        const source = spell(`${toolCalls}${usageChunk}${event('[DONE]')}`);

        const { text, done, ends, reader } = run(split(source, cuts));

        // A CRLF pair may be cut in two; its second half is then passed with what follows.
        expect(text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(/\n+$/, '')).toBe(toolCalls.trimEnd());
        expect(text.startsWith(spell(toolCalls))).toBe(true);
        expect(done.trim()).toBe('data: [DONE]');
        expect(ends.at(-1)).toBe('done');
        expect(reader.usage).toMatchObject({ inputTokens: 9, outputTokens: 4, cachedInputTokens: 3 });
        expect(reader.answerText).toBe('get{"città":"東京 👋"}');
      }),
      { numRuns: 300 },
    );
  });

  test('passes each event as soon as it is whole, and no part of one before', () => {
    const reader = new StreamReader(LIMITS, true);
    const first = Buffer.from(delta({ content: 'a' }));

    const early = reader.push(first.subarray(0, first.length - 1));
    const whole = reader.push(first.subarray(first.length - 1));

    expect(early.pass).toEqual([]);
    expect(reader.holdsNothing).toBe(true);
    expect(Buffer.concat([...whole.pass])).toEqual(first);
  });
});

describe('the usage chunk', () => {
  test('stays where the client asked for it, and where it carries choices or no usage', () => {
    const filter = event({ choices: [], prompt_filter_results: [] });
    const last = event({ choices: [{ index: 0, delta: {} }], usage: { prompt_tokens: 1, completion_tokens: 2 } });

    expect(run([Buffer.from(usageChunk)], false).text).toBe(usageChunk);
    expect(run([Buffer.from(filter + last)]).text).toBe(filter + last);
  });

  test('counts also when the stream ends without its blank line, and is taken out then too', () => {
    const { reader, text } = run([Buffer.from(delta({ content: 'hi' }) + usageChunk.trimEnd())]);

    const step = reader.finish();

    expect(text).toBe(delta({ content: 'hi' }));
    expect(step).toMatchObject({ pass: [], end: 'none' });
    expect(reader.usage?.outputTokens).toBe(4);
  });

  test('the last valid one wins, an explicit 0 is 0, and nonsense is none', () => {
    const usage = (value: object) => event({ choices: [], usage: value });
    const valid = usage({ prompt_tokens: 0, completion_tokens: 0 });

    const { reader } = run([
      Buffer.from(
        usage({ prompt_tokens: 5, completion_tokens: 5 }) +
          valid +
          usage({ prompt_tokens: -1, completion_tokens: 2 }) +
          usage({ prompt_tokens: '7', completion_tokens: 2 }) +
          usage({ prompt_tokens: 1e15, completion_tokens: 2 }) +
          usage({ prompt_tokens: 3 }),
      ),
    ]);

    expect(reader.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });
});

describe('the end', () => {
  test('without [DONE] passes what is left', () => {
    const { reader } = run([Buffer.from(`${delta({ content: 'hi' })}data: {"half`)]);

    expect(Buffer.concat([...reader.finish().pass]).toString()).toBe('data: {"half');
  });

  test('[DONE] without its blank line is still the end', () => {
    const { reader } = run([Buffer.from(`${delta({ content: 'hi' })}data: [DONE]\n`)]);

    expect(reader.finish()).toMatchObject({ end: 'done' });
  });

  test.each([
    ['an error object', event({ error: { message: 'boom' } })],
    ['an error text', event({ error: 'boom' })],
    ['an error event', 'event: error\ndata: {"message":"boom"}\n\n'],
  ])('P73 is at %s, which is not passed on', (_name, source) => {
    const { text, ends } = run([Buffer.from(delta({ content: 'a' }) + source + delta({ content: 'b' }))]);

    expect(text).toBe(delta({ content: 'a' }));
    expect(ends).toEqual(['error']);
  });
});

describe('bounds', () => {
  test('P68 a line without an end overflows', () => {
    const chunks = Array.from({ length: 30 }, () => Buffer.from('x'.repeat(100)));

    expect(run(chunks).ends.at(-1)).toBe('overflow');
  });

  test('an event that never ends overflows, also when its lines carry no data', () => {
    const chunks = Array.from({ length: 2_000 }, () => Buffer.from(': still thinking\n'));

    const { ends } = run(chunks);

    expect(ends.at(-1)).toBe('overflow');
    expect(ends.length).toBeLessThan(700);
  });
});

test('the running estimate counts bytes, so that no script is cheaper than another', () => {
  const { reader } = run([Buffer.from(delta({ content: '東京'.repeat(20) }))]);

  expect(reader.streamedTokens).toBe(30);
});

test('a terminal event has the shape of an error', () => {
  expect(JSON.parse(terminalEvent('upstream_error').slice(6))).toMatchObject({ error: { code: 'upstream_error' } });
});

test.each(['\n', '\r\n', '\r'])('P66 the end arrives whole wherever a packet ends, with %j', (lineEnd) => {
  const bytes = Buffer.from(`${delta({ content: 'a' })}data: [DONE]\n\n`.replaceAll('\n', lineEnd));

  for (let cut = 0; cut < bytes.length; cut += 1) {
    const { text, done, ends } = run([bytes.subarray(0, cut), bytes.subarray(cut)]);
    expect([text + done, ends.at(-1)]).toEqual([bytes.toString(), 'done']);
  }
});
