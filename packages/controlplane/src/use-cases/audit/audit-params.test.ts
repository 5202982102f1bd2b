import { RequestRefused } from '@secrouter/proto';
import { describe, expect, it } from 'vitest';
import { readUsageParams } from '../usage/usage-params.ts';
import { decodeCursor, encodeCursor } from './audit-cursor.ts';
import { readAuditParams } from './audit-params.ts';

const refusedParam = (read: () => unknown): string | undefined => {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof RequestRefused ? error.details.param : String(error);
  }
};

describe('the parameters of the trail', () => {
  it('have defaults, and an empty one counts as absent', () => {
    expect(readAuditParams(new URLSearchParams('type=&search='))).toEqual({ sort: 'index', dir: 'desc', limit: 100 });
  });

  it('take days and moments', () => {
    const query = readAuditParams(new URLSearchParams('since=2026-01-02&until=2026-01-03T00:00:00%2B02:00&type=usage'));

    expect(query).toMatchObject({
      since: '2026-01-02T00:00:00.000Z',
      until: '2026-01-02T22:00:00.000Z',
      type: 'usage',
    });
  });

  it.each(['type=x', 'limit=0', 'limit=1001', 'limit=1e2', 'sort=hash', 'dir=up', 'since=yesterday'])(
    'refuse %s by name',
    (text) => {
      expect(refusedParam(() => readAuditParams(new URLSearchParams(text)))).toBe(text.split('=')[0]);
    },
  );
});

describe('the parameters of usage', () => {
  it('have defaults', () => {
    expect(readUsageParams(new URLSearchParams())).toEqual({
      request: { groupBy: 'principal', days: 30, timezone: 'UTC' },
      format: undefined,
    });
  });

  it.each(['groupBy=hash', 'days=0', 'days=367', 'days=1.5', 'timezone=Mars/Base', 'timezone=%2B01:00', 'format=xml'])(
    'refuse %s by name',
    (text) => {
      expect(refusedParam(() => readUsageParams(new URLSearchParams(text)))).toBe(text.split('=')[0]);
    },
  );
});

describe('a cursor', () => {
  it('is read back in its own order only', () => {
    const text = encodeCursor({ sort: 'model', dir: 'asc', key: 'a/b', index: 7 });

    expect(decodeCursor(text, 'model', 'asc')).toEqual({ key: 'a/b', index: 7 });
    expect(refusedParam(() => decodeCursor(text, 'model', 'desc'))).toBe('cursor');
    expect(refusedParam(() => decodeCursor('%%', 'model', 'asc'))).toBe('cursor');
    expect(
      refusedParam(() => decodeCursor(encodeCursor({ sort: 'index', dir: 'asc', key: 'x', index: 1 }), 'index', 'asc')),
    ).toBe('cursor');
  });
});
