// Claims read with their own type, never coerced: what has another type than the rules say is a refusal, and a string
// of groups is never split.
import { hasControlCharacter, type TokenClaims } from './pre-parse.ts';

/** Thrown by the readers, caught once by the judge: the named claim has a type that the rules do not allow. */
export class ClaimTypeError extends Error {
  readonly claim: string;

  constructor(claim: string) {
    super('a claim has another type than the rules say');
    this.claim = claim;
  }
}

const maxNameLength = 256;

/**
 * The value at a dotted path (`realm_access.roles`); a claim whose whole name equals the path wins, because providers
 * use URLs as names. Only own members count.
 */
export function claimAt(claims: TokenClaims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as TokenClaims)[step];
  }
  return value;
}

/** A string without control characters, or undefined where the claim is missing. */
export function stringClaim(claims: TokenClaims, path: string): string | undefined {
  const value = claimAt(claims, path);
  if (value === undefined) return undefined;
  if (!isName(value)) throw new ClaimTypeError(path);
  return value;
}

/** A finite number of seconds (RFC 7519 NumericDate), or undefined where the claim is missing. */
export function secondsClaim(claims: TokenClaims, path: string): number | undefined {
  const value = claimAt(claims, path);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ClaimTypeError(path);
  return value;
}

/** A JSON array of strings; a missing claim is an empty list. */
export function namesClaim(claims: TokenClaims, path: string): readonly string[] {
  const value = claimAt(claims, path);
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isName)) throw new ClaimTypeError(path);
  return value;
}

/** A string or a JSON array of strings, as a list (`aud`, `acr`). */
export function oneOrMoreClaim(claims: TokenClaims, path: string): readonly string[] {
  const value = claimAt(claims, path);
  return typeof value === 'string' ? [stringClaim(claims, path) ?? value] : namesClaim(claims, path);
}

/** The first of several names that providers use for the same string; every one that is present must be a string. */
export function firstStringClaim(claims: TokenClaims, names: readonly string[]): string | undefined {
  const values = names.map((name) => stringClaim(claims, name));
  return values.find((value) => value !== undefined);
}

/** `scope` split on single spaces (RFC 6749 section 3.3), and `scp` as such a string or an array. */
export function scopesClaim(claims: TokenClaims): readonly string[] {
  const scope = splitScopes(claims, 'scope');
  const scp = Array.isArray(claimAt(claims, 'scp')) ? namesClaim(claims, 'scp') : splitScopes(claims, 'scp');
  return [...new Set([...scope, ...scp])];
}

function splitScopes(claims: TokenClaims, name: string): readonly string[] {
  const value = claimAt(claims, name);
  if (value === undefined || value === '') return [];
  // A scope list may be long, so it has the token's bound and not that of a name.
  if (typeof value !== 'string' || hasControlCharacter(value)) throw new ClaimTypeError(name);
  const scopes = value.split(' ');
  if (scopes.includes('')) throw new ClaimTypeError(name);
  return scopes;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxNameLength && !hasControlCharacter(value);
}
