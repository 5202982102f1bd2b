// oidc-provider's configuration: JWT access tokens, PKCE for everyone, no consent page, a persona chosen at each sign-in.
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import { registeredClients } from './clients.ts';
import { escapeHtml, renderPage } from './html-page.ts';
import { INTERACTION_PATH } from './interaction.ts';
import { ACR_VALUES } from './personas.ts';
import type { RecordStore } from './record-store.ts';
import { API_RESOURCE, API_SCOPE, apiResourceServer } from './resource-server.ts';
import type { ProviderKeys } from './signing-keys.ts';
import { accessTokenClaims, authTimeSeconds, findAccount, serviceSubject } from './token-claims.ts';

const OIDC_SCOPES = 'openid email profile groups offline_access';
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Everything that the provider needs to be told, for one set of keys. */
export function providerConfiguration(
  keys: ProviderKeys,
  store: RecordStore,
  publicOrigins: readonly string[],
): Configuration {
  return {
    adapter: (kind: string) => store.adapter(kind),
    jwks: { keys: [...keys.signing] as NonNullable<Configuration['jwks']>['keys'] },
    clients: registeredClients(publicOrigins),
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    clientBasedCORS: () => false,
    // Cookies ignore ports: without names of its own the provider would share them with the console on 127.0.0.1.
    cookies: {
      keys: [...keys.cookies],
      names: {
        session: 'secrouter_idp_session',
        interaction: 'secrouter_idp_interaction',
        resume: 'secrouter_idp_resume',
      },
    },
    pkce: { required: () => true },
    responseTypes: ['code'],
    acrValues: [...ACR_VALUES],
    scopes: ['openid', 'offline_access', API_SCOPE],
    claims: {
      // Stated under the scope, so that the ID token carries them without a claims parameter.
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    },
    // The console reads its groups from the ID token; without this they would be at the userinfo endpoint alone.
    conformIdTokenClaims: false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    findAccount: (_ctx, subject) => findAccount(subject),
    extraTokenClaims: (ctx, token) =>
      token.kind === 'AccessToken'
        ? accessTokenClaims(token.accountId, authTimeSeconds(ctx, nowSeconds()))
        : accessTokenClaims(serviceSubject(token.clientId), nowSeconds()),
    formats: {
      customizers: {
        jwt: (_ctx, token, parts) => {
          const subject = token.kind === 'ClientCredentials' ? serviceSubject(token.clientId) : undefined;
          if (subject !== undefined && parts.payload) parts.payload.sub = subject;
        },
      },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API_RESOURCE,
        getResourceServerInfo: () => apiResourceServer(keys.signing[0]?.kid ?? ''),
        useGrantedResource: () => true,
      },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
    },
    interactions: {
      policy: alwaysAskWho(),
      url: (_ctx, interaction) => INTERACTION_PATH + interaction.uid,
    },
    loadExistingGrant: grantWithoutConsent,
    renderError: (ctx, out) => {
      const detail = escapeHtml(out.error_description ?? out.error);
      showPage(ctx, { title: 'Sign-in failed', body: `<h1>Sign-in failed</h1><p>${detail}</p>` });
    },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? HOUR_SECONDS,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? HOUR_SECONDS,
      IdToken: HOUR_SECONDS,
      Interaction: HOUR_SECONDS,
      Session: 14 * DAY_SECONDS,
      Grant: 14 * DAY_SECONDS,
      RefreshToken: 14 * DAY_SECONDS,
    },
  };
}

/** Without this the provider's own session would silently sign the last persona in again, and nobody could switch. */
function alwaysAskWho(): interactionPolicy.DefaultPolicy {
  const { base, Check } = interactionPolicy;
  const policy = base();
  policy.remove('consent');
  policy.get('login')?.checks.add(
    new Check('persona', 'A persona has to be chosen', ({ oidc }) => {
      const chosen = oidc.result?.login !== undefined;
      return chosen || oidc.prompts.has('none') ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
  );
  return policy;
}

/** The clients are the organisation's own: whatever they ask for is granted, so no consent page is ever shown. */
async function grantWithoutConsent(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc;
  if (!client || !session?.accountId) return undefined;
  const existing = session.authorizations?.[client.clientId]?.grantId;
  const grant =
    (existing === undefined ? undefined : await provider.Grant.find(existing)) ??
    new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(OIDC_SCOPES);
  grant.addResourceScope(API_RESOURCE, API_SCOPE);
  await grant.save();
  return grant;
}

function logoutSource(ctx: KoaContextWithOIDC, formHtml: string): void {
  showPage(ctx, {
    title: 'Signing out',
    body: `<h1>Signing out</h1>${formHtml}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
    script: `document.querySelector('button').click()`,
  });
}

function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
  showPage(ctx, { title: 'Signed out', body: '<h1>Signed out</h1><p>You can close this page.</p>' });
}

function showPage(ctx: KoaContextWithOIDC, page: Parameters<typeof renderPage>[0]): void {
  const { html, contentSecurityPolicy } = renderPage(page);
  ctx.set('content-security-policy', contentSecurityPolicy);
  ctx.type = 'html';
  ctx.body = html;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
