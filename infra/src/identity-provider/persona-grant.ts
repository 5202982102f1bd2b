// A grant of this development provider alone: name a persona, get its access token. It gives `npm run token` a token
// from the same issuer, key and claim code as the console's sign-in, without driving a browser.
import type Provider from 'oidc-provider';
import { errors, type ResourceServerInstance } from 'oidc-provider';
import { findPersona } from './personas.ts';

export const PERSONA_GRANT_TYPE = 'urn:secrouter:development:persona';

/** Adds the grant to a provider; clients must list it among their `grant_types`. */
export function registerPersonaGrant(provider: Provider, resourceServer: () => ResourceServerInstance): void {
  provider.registerGrantType<{ persona?: string }>(
    PERSONA_GRANT_TYPE,
    async (ctx) => {
      const persona = findPersona(ctx.oidc.params.persona ?? '');
      if (persona?.signIn === undefined) throw new errors.InvalidGrant('unknown persona');

      const token = new provider.AccessToken({
        accountId: persona.subject,
        client: ctx.oidc.client,
        grantId: `persona-${persona.name}`,
        gty: PERSONA_GRANT_TYPE,
        resourceServer: resourceServer(),
        scope: resourceServer().scope,
      });
      ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: token.tokenType };
    },
    ['persona'],
  );
}
