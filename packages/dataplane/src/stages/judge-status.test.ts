import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { judgeStatus } from './judge-status.ts';

async function judge(statusCode: number, body = '', headers: Record<string, string> = {}) {
  let keyRefusals = 0;
  const stream = Readable.from([Buffer.from(body)]);
  const judged = await judgeStatus({ statusCode, headers, body: stream } as never, () => {
    keyRefusals += 1;
  });
  return { judged, keyRefusals, stream };
}

describe('a status', () => {
  test.each([200, 201, 299])('%d is an answer whose body is left alone', async (status) => {
    const { judged, stream } = await judge(status, 'body');

    expect(judged).toEqual({ outcome: 'answered' });
    expect(stream.readableDidRead).toBe(false);
  });

  test.each([
    [301, 'upstream_redirect', false, 'nobody'],
    [307, 'upstream_redirect', false, 'nobody'],
    [400, 'invalid_request', false, 'nobody'],
    [404, 'model_not_found', false, 'nobody'],
    [413, 'request_too_large', false, 'nobody'],
    [422, 'invalid_request', false, 'nobody'],
    [401, 'upstream_error', true, 'nobody'],
    [403, 'upstream_error', true, 'nobody'],
    [408, 'upstream_error', false, 'nobody'],
    [418, 'upstream_error', false, 'nobody'],
    [429, 'rate_limit_exceeded', true, 'nobody'],
    [500, 'upstream_error', true, 'model'],
    [503, 'upstream_error', true, 'model'],
  ])(
    'P75 %d is %s; the next may be tried: %s; counts against the %s',
    async (status, code, mayTryNext, countsAgainst) => {
      const { judged, keyRefusals } = await judge(status, '{"error":{"message":"m"}}');

      expect(judged).toMatchObject({ outcome: 'refused', status, refusal: { code }, mayTryNext, countsAgainst });
      expect(keyRefusals).toBe(status === 401 || status === 403 ? 1 : 0);
    },
  );

  test.each([
    ['7', 7],
    ['0', 1],
    ['-5', 1],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 1],
    ['999999', 3_600],
  ])('429 with Retry-After %s is passed on as %d s', async (header, seconds) => {
    const { judged } = await judge(429, '', { 'retry-after': header });

    expect(judged).toMatchObject({ refusal: { details: { retryAfterSeconds: seconds } } });
  });

  test('an error body is read no further than its bound', async () => {
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          sent += 16_384;
          yield Buffer.alloc(16_384);
        }
      })(),
    );

    await judgeStatus({ statusCode: 500, headers: {}, body: endless } as never, () => undefined);

    expect(sent).toBeLessThan(1_000_000);
    expect(endless.destroyed).toBe(true);
  });
});
