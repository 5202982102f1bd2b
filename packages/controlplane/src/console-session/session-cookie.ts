// Names and attributes of the console's cookies. The console shares its origin with /v1 and, on loopback, its host with
// other programs: every cookie stays below /admin, and over https carries the prefix that only https can set.
import type { CookiesOptions } from 'next-auth';

const COOKIE_BASE = 'secrouter-console';
export const CONSOLE_PATH = '/admin';

/** True when the public address is https, which decides prefix and `Secure`. */
export function isSecureUrl(publicUrl: string): boolean {
  return new URL(publicUrl).protocol === 'https:';
}

/** The session cookie's name. */
export function sessionCookieName(isSecure: boolean): string {
  return cookieName('session', isSecure);
}

/** Attributes that all of the console's cookies share. */
export function cookieAttributes(isSecure: boolean) {
  return { httpOnly: true, sameSite: 'lax', path: CONSOLE_PATH, secure: isSecure } as const;
}

/** All of next-auth's cookies, none of which may keep its default path `/`. */
export function authCookies(isSecure: boolean): Partial<CookiesOptions> {
  const options = cookieAttributes(isSecure);
  const cookie = (part: string) => ({ name: cookieName(part, isSecure), options });
  return {
    sessionToken: cookie('session'),
    callbackUrl: cookie('callback-url'),
    csrfToken: cookie('sign-in-csrf'),
    pkceCodeVerifier: cookie('pkce'),
    state: cookie('state'),
    nonce: cookie('nonce'),
  };
}

/** The value of one cookie of a request. Two cookies of one name are ambiguous and count as none. */
export function readCookie(header: string | null, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

function cookieName(part: string, isSecure: boolean): string {
  return `${isSecure ? '__Secure-' : ''}${COOKIE_BASE}.${part}`;
}
