import { describe, expect, it } from 'vitest';
import { auditPageHref, readAuditFilters, toAuditQuery } from './audit-query.ts';

describe('readAuditFilters', () => {
  it('takes what is set and leaves out blanks, repeats and impossible days', () => {
    const params = { search: ' u-basic ', type: '', since: '2026-13-40', until: '2026-11-22', principal: ['a', 'b'] };

    expect(readAuditFilters(params)).toEqual({ search: 'u-basic', until: '2026-11-22' });
  });
});

describe('toAuditQuery', () => {
  it('includes the last day', () => {
    const query = toAuditQuery({ type: 'usage', since: '2026-11-21', until: '2026-11-22' });

    expect(Object.fromEntries(query)).toEqual({
      type: 'usage',
      since: '2026-11-21T00:00:00.000Z',
      until: '2026-11-23T00:00:00.000Z',
    });
  });
});

describe('auditPageHref', () => {
  it('keeps the filters on the next page', () => {
    expect(auditPageHref({ search: 'a b' }, 'c&d')).toBe('/audit?search=a+b&cursor=c%26d');
    expect(auditPageHref({})).toBe('/audit');
  });
});
