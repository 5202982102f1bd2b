import { describe, expect, test } from 'vitest';
import { REFUSALS, type RefusalCode } from './refusal-table.ts';
import { RequestRefused, refusalAnswer } from './request-refused.ts';

const codes = Object.keys(REFUSALS) as RefusalCode[];
const headersOf = (code: RefusalCode, retryAfterSeconds?: number) =>
  refusalAnswer(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }).headers;

describe('every refusal', () => {
  test.each(codes)('%s has the shape that SDKs raise their own classes from', (code) => {
    const answer = refusalAnswer(code, { param: 'p' });

    expect(answer.body.error).toEqual({ message: REFUSALS[code].message, type: REFUSALS[code].type, code, param: 'p' });
    expect(answer.headers['x-should-retry']).toMatch(/^(true|false)$/);
    expect(REFUSALS[code].message).toMatch(/[.`]$/);
  });

  test('has a type that its status stands for', () => {
    const types: Record<number, readonly string[]> = {
      401: ['authentication_error'],
      403: ['permission_error'],
      429: ['insufficient_quota', 'rate_limit_error'],
      502: ['upstream_error'],
      503: ['service_unavailable'],
      504: ['upstream_error'],
    };

    for (const code of codes)
      expect(types[REFUSALS[code].status] ?? ['invalid_request_error']).toContain(REFUSALS[code].type);
  });

  test('says Retry-After only where waiting helps', () => {
    for (const code of codes) {
      const headers = headersOf(code, 7);
      expect(headers['retry-after']).toBe(REFUSALS[code].retry === 'after' ? '7' : undefined);
      if (REFUSALS[code].retry === 'no') expect(headers['x-should-retry']).toBe('false');
      if (REFUSALS[code].retry === 'yes') expect(headers['x-should-retry']).toBe('true');
    }
  });
});

describe('a retry after a time', () => {
  test.each([
    [0, '1', 'true'],
    [0.2, '1', 'true'],
    [1.2, '2', 'true'],
    [60, '60', 'true'],
    [61, '61', 'false'],
    [86_400, '86400', 'false'],
  ])('of %d s is Retry-After %s, x-should-retry %s', (seconds, retryAfter, shouldRetry) => {
    expect(headersOf('budget_exceeded', seconds)).toEqual({ 'retry-after': retryAfter, 'x-should-retry': shouldRetry });
  });
});

test('what belongs to the log never reaches the client', () => {
  const refused = new RequestRefused('upstream_error', { reason: 'host 10.0.0.1', cause: new Error('secret') });

  expect(JSON.stringify(refusalAnswer(refused.code, refused.details))).not.toMatch(/10\.0\.0\.1|secret/);
  expect((refused.cause as Error).message).toBe('secret');
});
