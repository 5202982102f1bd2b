import { describe, expect, it } from 'vitest';
import { authCookies, readCookie, sessionCookieName } from './session-cookie.ts';

describe('the console’s cookies', () => {
  it.each([true, false])('all stay below /admin, out of reach of scripts (https: %s)', (isSecure) => {
    const cookies = Object.values(authCookies(isSecure));

    expect(cookies).toHaveLength(6);
    for (const { name, options } of cookies) {
      expect(options).toMatchObject({ path: '/admin', httpOnly: true, sameSite: 'lax', secure: isSecure });
      expect(name.startsWith('__Secure-')).toBe(isSecure);
    }
  });
});

describe('readCookie', () => {
  const name = sessionCookieName(false);

  it('reads the one value', () => {
    expect(readCookie(`a=b; ${name}=value=with=signs; c=d`, name)).toBe('value=with=signs');
  });

  it.each([null, '', 'other=1', `x${name}=1`, `${name}=1; ${name}=2`])('reads nothing from %s', (header) => {
    expect(readCookie(header, name)).toBeUndefined();
  });
});
