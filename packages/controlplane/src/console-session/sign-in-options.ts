// next-auth's options for one request: the organisation's own identity provider as the effective configuration names it.
import type { IssuerRules } from '@secrouter/proto';
import type { Account, NextAuthOptions } from 'next-auth';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { SESSION_ABSOLUTE_MS } from './console-session.ts';
import { authCookies, CONSOLE_PATH, isSecureUrl } from './session-cookie.ts';

/** Discovery and the token endpoint have this long, together with the person's patience. */
const PROVIDER_TIMEOUT_MS = 5_000;
const SIGN_IN_PAGE = `${CONSOLE_PATH}/sign-in`;

/** An issuer that people can sign in with: it has a client for the console. */
export interface SignInProvider {
  readonly id: string;
  readonly label: string;
  readonly rules: IssuerRules;
}

/** What one sign-in came to: a session id for the cookie, or the code that the sign-in page explains. */
export type SignInResult =
  | { readonly outcome: 'signed-in'; readonly sessionId: string }
  | { readonly outcome: 'refused'; readonly code: string };

export interface SignInDependencies {
  /** The public address of next-auth's routes, ending in `/admin/api/auth`. */
  readonly authUrl: string;
  readonly secret: string;
  readonly providers: readonly SignInProvider[];
  readonly clientSecretOf: (rules: IssuerRules) => string | undefined;
  readonly completeSignIn: (provider: SignInProvider, account: Account) => Promise<SignInResult>;
  readonly logError: (code: string) => void;
}

/** The issuers with a console client; the first keeps the id `oidc`, which its registered call-back address names. */
export function signInProviders(issuers: readonly IssuerRules[]): readonly SignInProvider[] {
  return issuers.flatMap((rules, index) =>
    rules.clientId === undefined
      ? []
      : [
          {
            id: index === 0 ? 'oidc' : `oidc-${rules.alias ?? index}`,
            label: rules.alias ?? 'your organisation',
            rules,
          },
        ],
  );
}

/** Builds the options. They hold one sign-in's state, so they serve one request only. */
export function signInOptions(dependencies: SignInDependencies): NextAuthOptions {
  let sessionId = '';
  return {
    secret: dependencies.secret,
    providers: dependencies.providers.map((provider) => oauthProvider(provider, dependencies)),
    pages: { signIn: SIGN_IN_PAGE, error: SIGN_IN_PAGE, signOut: SIGN_IN_PAGE },
    cookies: authCookies(isSecureUrl(dependencies.authUrl)),
    useSecureCookies: isSecureUrl(dependencies.authUrl),
    session: { strategy: 'jwt', maxAge: SESSION_ABSOLUTE_MS / 1000 },
    // The session lies in PostgreSQL; what next-auth puts into its cookie is the opaque id alone.
    jwt: { encode: () => sessionId, decode: () => null },
    callbacks: {
      signIn: async ({ account }) => {
        const provider = dependencies.providers.find(({ id }) => id === account?.provider);
        if (account === null || provider === undefined) return false;
        const result = await dependencies.completeSignIn(provider, account);
        if (result.outcome === 'refused') return `${SIGN_IN_PAGE}?error=${result.code}`;
        sessionId = result.sessionId;
        return true;
      },
      redirect: ({ url }) => returnUrl(url, dependencies.authUrl),
    },
    logger: {
      error: (code) => dependencies.logError(code),
      warn: (code) => dependencies.logError(code),
      debug: () => undefined,
    },
  };
}

/** Where to go after the sign-in: below /admin on our own origin, whatever the request asked for. */
export function returnUrl(url: string, authUrl: string): string {
  const { origin } = new URL(authUrl);
  const home = origin + CONSOLE_PATH;
  if (!URL.canParse(url, home)) return home;
  const target = new URL(url, home);
  const isConsolePage =
    target.origin === origin &&
    (target.pathname === CONSOLE_PATH || target.pathname.startsWith(`${CONSOLE_PATH}/`)) &&
    !target.pathname.startsWith(`${CONSOLE_PATH}/api/`);
  return isConsolePage ? target.href : home;
}

function oauthProvider({ id, label, rules }: SignInProvider, dependencies: SignInDependencies): OAuthConfig<IdClaims> {
  const clientSecret = dependencies.clientSecretOf(rules);
  return {
    id,
    name: label,
    type: 'oauth',
    wellKnown: `${rules.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    clientId: rules.clientId ?? '',
    ...(clientSecret === undefined ? {} : { clientSecret }),
    client: {
      token_endpoint_auth_method: clientSecret === undefined ? 'none' : 'client_secret_basic',
      id_token_signed_response_alg: rules.algorithms.includes('RS256') ? 'RS256' : (rules.algorithms[0] ?? 'RS256'),
    },
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    authorization: { params: { scope: rules.scopes.join(' '), ...stepUpParams(rules) } },
    httpOptions: { timeout: PROVIDER_TIMEOUT_MS },
    profile: (claims) => ({ id: claims.sub }),
  };
}

/** Asks the identity provider for what its tokens will be judged by (RFC 9470). */
function stepUpParams(rules: IssuerRules): Record<string, string> {
  const acrValues = rules.requiredAcr.length > 0 ? rules.requiredAcr : rules.mfaAcrValues;
  const maxAgeSeconds = rules.adminMaxAuthAgeSeconds ?? rules.maxAuthAgeSeconds;
  return {
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
    ...(maxAgeSeconds === undefined ? {} : { max_age: String(maxAgeSeconds) }),
  };
}

interface IdClaims {
  readonly sub: string;
}
