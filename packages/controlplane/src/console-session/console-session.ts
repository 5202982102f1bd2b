// Who is signed in at the console, and for how long a sign-in is good.

/** A signed-in person, as every page and every admin route sees them. Rights are never part of it. */
export interface ConsoleSession {
  readonly principal: string;
  readonly email?: string;
  readonly groups: readonly string[];
  /** Machines cannot sign in. */
  readonly service: false;
  /** Writes carry it in `X-CSRF-Token`. */
  readonly csrfToken: string;
  readonly issuer: string;
  readonly authTimeSeconds?: number;
}

/** What a sign-in leaves behind. */
export interface NewConsoleSession {
  readonly issuer: string;
  readonly principal: string;
  readonly email?: string;
  readonly groups: readonly string[];
  readonly authTimeSeconds?: number;
  /** The hint with which the identity provider ends its own session. */
  readonly idToken?: string;
}

/** Without a request for this long the session is over (ASVS V7.3.1). */
export const SESSION_IDLE_MS = 30 * 60_000;
/** However busy, the person signs in again after this (ASVS V7.3.2): a working day. */
export const SESSION_ABSOLUTE_MS = 10 * 3_600_000;
/** `last_seen_at` is written at most this often, so that reading a page is not a write each time. */
export const SESSION_TOUCH_MS = 60_000;
