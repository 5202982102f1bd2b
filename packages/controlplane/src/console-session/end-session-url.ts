// Where the identity provider ends its own session (OpenID Connect RP-Initiated Logout 1.0).
import { z } from 'zod';

const DISCOVERY_TIMEOUT_MS = 3_000;
const MAX_DISCOVERY_BYTES = 64 * 1024;

const discoverySchema = z.object({ issuer: z.string(), end_session_endpoint: z.url().optional() });

export interface EndSessionRequest {
  readonly issuer: string;
  readonly clientId: string;
  readonly idToken?: string;
  readonly returnTo: string;
}

/** The provider's sign-out address; undefined when it has none or cannot be asked: the own session is over anyway. */
export async function endSessionUrl(request: EndSessionRequest): Promise<string | undefined> {
  const endpoint = await discoverEndSession(request.issuer);
  if (endpoint === undefined) return undefined;
  const url = new URL(endpoint);
  url.searchParams.set('client_id', request.clientId);
  url.searchParams.set('post_logout_redirect_uri', request.returnTo);
  if (request.idToken !== undefined) url.searchParams.set('id_token_hint', request.idToken);
  return url.href;
}

async function discoverEndSession(issuer: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok || text.length > MAX_DISCOVERY_BYTES) return undefined;
    const discovery = discoverySchema.parse(JSON.parse(text));
    return discovery.issuer === issuer ? discovery.end_session_endpoint : undefined;
  } catch {
    // Signing out must work while the identity provider is down.
    return undefined;
  }
}
