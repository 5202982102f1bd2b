import { describe, expect, test } from 'vitest';
import { mask, relayedError } from './relayed-error.ts';

describe('P76 a relayed message', () => {
  test.each([
    ['see https://vllm.internal:8000/v1?key=1 now', 'see [url] now'],
    ['at 10.1.2.3:8080', 'at [host]'],
    ['at gpu-7.cluster.local:8000 failed', 'at [host] failed'],
    ['at vllm-backend:8000 failed', 'at [host] failed'],
    ['at [fd00::1]:8000 failed', 'at [host] failed'],
    ['at fd00:1:2::3 failed', 'at [host] failed'],
    ['Incorrect API key provided: sk-proj-abc123***xyz', 'Incorrect API key provided: [key]'],
    ['header Bearer abc.def', 'header [key]'],
    [`token ${'a1'.repeat(20)}`, 'token [key]'],
    ['The deployment "gpt4-prod-eu" is gone', 'The deployment [name] is gone'],
    ['a\u0000b\u001b[31mc\u202ed', 'a b [31mc d'],
    ["This model's maximum context length is 8192 tokens, you asked for 9000.", undefined],
  ])('%j becomes %j', (message, masked) => {
    expect(mask(message)).toBe(masked ?? message);
  });

  test('is at most 1 KiB, and masking a hostile one takes no time', () => {
    const startedMs = performance.now();

    const masked = mask('a-'.repeat(32_000));

    expect(masked.length).toBeLessThanOrEqual(1_024);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('a relayed error', () => {
  test('keeps the fields that agents act on', () => {
    const error = {
      message: 'too long',
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
      param: 'messages',
    };

    const relayed = relayedError(400, JSON.stringify({ error }));

    expect(relayed).toMatchObject({
      status: 400,
      upstreamType: error.type,
      upstreamCode: error.code,
      details: { message: error.message, param: error.param },
    });
  });

  test.each(['', 'not json', '[]', '{"error":"text"}', '{"error":{"message":7,"code":{"a":1}}}', 'null'])(
    'is our own constant message when the body is %j',
    (body) => {
      const relayed = relayedError(404, body);

      expect(relayed).toMatchObject({ status: 404, code: 'model_not_found', upstreamCode: undefined });
      expect(relayed.details.message).toBeUndefined();
    },
  );

  test('drops a code that is no plain name', () => {
    const error = { message: 'm', code: 'https://internal/x', type: 'a b', param: 'x'.repeat(65) };

    const relayed = relayedError(422, JSON.stringify({ error }));

    expect(relayed).toMatchObject({ upstreamCode: undefined, upstreamType: undefined });
    expect(relayed.details.param).toBeUndefined();
  });
});
