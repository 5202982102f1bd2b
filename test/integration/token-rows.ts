// What a row of the token table is: a token, and what a running pod must answer.
import type { TokenWorld } from '../support/token-world.ts';

/** One case. `row` is its id in the table; several cases may share one. */
export interface TokenRow {
  readonly row: string;
  readonly what: string;
  readonly token: (world: TokenWorld) => string;
  readonly status: number;
  readonly code?: string;
  /** Begins the reason in the trail; absent for what leaves no leaf. */
  readonly reason?: string;
}

type MakeToken = TokenRow['token'];

/** A token that is let in. */
export function accepted(row: string, what: string, token: MakeToken): TokenRow {
  return { row, what, token, status: 200 };
}

/** A token that is 401 `invalid_token`. */
export function invalid(row: string, what: string, reason: string, token: MakeToken): TokenRow {
  return { row, what, token, status: 401, code: 'invalid_token', reason };
}

/** A token that is refused with a status and a code of its own. */
export function refused(
  row: string,
  what: string,
  [status, code, reason]: readonly [status: number, code: string, reason?: string],
  token: MakeToken,
): TokenRow {
  return { row, what, token, status, code, ...(reason === undefined ? {} : { reason }) };
}
