// The clients registered at the development identity provider. The secrets are well known on purpose: the provider
// listens on loopback only and gives an administrator's token to whoever asks, so a secret would protect nothing.
import type { ClientMetadata } from 'oidc-provider';
import { PERSONA_GRANT_TYPE } from './persona-grant.ts';

export const CONSOLE_CLIENT_ID = 'secrouter-console';
export const BATCH_CLIENT_ID = 'secrouter-batch';
export const BATCH_CLIENT_SECRET = 'development-only';
export const CLI_CLIENT_ID = 'secrouter-cli';

const CALLBACK_PATH = '/admin/api/auth/callback/oidc';
const AFTER_SIGN_OUT_PATHS = ['/admin', '/admin/', '/admin/signed-out', '/admin/sign-in', '/'];

/** The three ways in: the console's browser, a pipeline, and `npm run token`. */
export function registeredClients(publicOrigins: readonly string[]): ClientMetadata[] {
  return [
    {
      client_id: CONSOLE_CLIENT_ID,
      client_name: 'SecRouter console',
      application_type: 'web',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: publicOrigins.map((origin) => origin + CALLBACK_PATH),
      post_logout_redirect_uris: publicOrigins.flatMap((origin) => AFTER_SIGN_OUT_PATHS.map((path) => origin + path)),
    },
    {
      client_id: BATCH_CLIENT_ID,
      client_name: 'Batch pipeline',
      client_secret: BATCH_CLIENT_SECRET,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: CLI_CLIENT_ID,
      client_name: 'npm run token',
      token_endpoint_auth_method: 'none',
      grant_types: [PERSONA_GRANT_TYPE],
      response_types: [],
      redirect_uris: [],
    },
  ];
}
