import { describe, expect, it } from 'vitest';
import type { ConsoleSession } from './console-session.ts';
import { hasCsrfToken } from './csrf.ts';

const session: ConsoleSession = { principal: 'u', groups: [], service: false, csrfToken: 'abc', issuer: 'https://i' };

describe('hasCsrfToken', () => {
  it.each([
    [{ 'x-csrf-token': 'abc' }, true],
    [{ 'x-csrf-token': 'abd' }, false],
    [{ 'x-csrf-token': 'ab' }, false],
    [{ 'x-csrf-token': '' }, false],
    [{}, false],
  ])('judges %j as %s', (headers, expected) => {
    const request = new Request('http://127.0.0.1/admin/api/x', { method: 'POST', headers: headers as HeadersInit });

    expect(hasCsrfToken(request, session)).toBe(expected);
  });
});
