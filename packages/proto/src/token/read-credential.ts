// Where a request's token stands. One place only, in one form only: two credentials that differ are two callers.

/** The raw header values, one entry per header line, and whether the query carries a token parameter. */
export interface CredentialSources {
  readonly authorization: readonly string[];
  /** Anthropic's and Azure's SDKs put the token here. */
  readonly xApiKey: readonly string[];
  readonly apiKey: readonly string[];
  readonly hasQueryToken: boolean;
}

/** The token, none at all, or a request that says two things. */
export type Credential =
  | { readonly outcome: 'token'; readonly token: string }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'malformed' };

/** Reads the credential; a token that is only in the query is none, and is never read (RFC 9700 section 2.4). */
export function readCredential(sources: CredentialSources): Credential {
  const { authorization, xApiKey, apiKey, hasQueryToken } = sources;
  if (authorization.length > 1 || xApiKey.length > 1 || apiKey.length > 1) return { outcome: 'malformed' };
  const bearer = authorization[0] === undefined ? { outcome: 'missing' as const } : readBearer(authorization[0]);
  if (bearer.outcome === 'malformed') return bearer;
  if (xApiKey.length === 0 && apiKey.length === 0 && !hasQueryToken) return bearer;
  const keys = [...xApiKey, ...apiKey].filter((key) => key !== '');
  const [token, ...others] = new Set(bearer.outcome === 'token' ? [bearer.token, ...keys] : keys);
  if (token === undefined) return { outcome: 'missing' };
  return others.length > 0 || hasQueryToken ? { outcome: 'malformed' } : { outcome: 'token', token };
}

/** `Bearer`, one space, the token, and nothing else; the scheme's case does not matter (RFC 9110 section 11.1). */
function readBearer(header: string): Credential {
  if (!/^bearer(?:\s|$)/i.test(header)) return { outcome: 'missing' };
  const token = header.slice('Bearer '.length);
  return /^bearer [\x21-\x7e]+$/i.test(header) ? { outcome: 'token', token } : { outcome: 'malformed' };
}
