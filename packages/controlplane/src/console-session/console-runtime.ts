// What the sign-in and the sessions take from the console's composition root, in one place.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { EffectiveConfig, IssuerRules, TrustedIssuer } from '@secrouter/proto';
import type { Pool } from 'pg';
import { environmentSecret } from '../context/config.ts';
import { type ConsoleContext, consoleContext } from '../context/console-context.ts';

/** Below this a secret can be guessed (256 bits as base64url are 43 characters). */
const MIN_SECRET_LENGTH = 32;

export interface ConsoleRuntime {
  readonly pool: Pool;
  readonly cell: string;
  /** Public address of the sign-in routes. */
  readonly authUrl: string;
  /** The process in the trail. */
  readonly podId: string;
  readonly podStream: string;
  readonly log: ConsoleContext['log'];
  readConfig(): Promise<{ readonly revision: number; readonly config: EffectiveConfig }>;
  trustedIssuers(): Promise<readonly TrustedIssuer[]>;
  clientSecretOf(rules: IssuerRules): string | undefined;
  sourceIpOf(request: Request): string | null;
  readSecret(): string;
}

/** The runtime of this process. */
export function consoleRuntime(): ConsoleRuntime {
  const { config, log, pool, policyReader, issuerKeys, publishing } = consoleContext();
  const readConfig = async () => {
    const published = await policyReader.current();
    if (published === undefined) throw new Error('nothing has been published yet');
    return published;
  };
  return {
    pool,
    cell: config.cell,
    authUrl: config.nextAuthUrl,
    podId: publishing.auditOrigin.podId,
    podStream: publishing.auditOrigin.podStream,
    log,
    readConfig,
    trustedIssuers: async () => issuerKeys.trusted((await readConfig()).config.security.oidc),
    clientSecretOf: ({ clientSecretEnv }) =>
      clientSecretEnv === undefined ? undefined : environmentSecret(clientSecretEnv),
    sourceIpOf,
    readSecret: () => readSignInSecret(config.nextAuthSecretFile),
  };
}

// The data plane appends the peer that it saw itself; whatever stands before it is the client's own claim.
function sourceIpOf(request: Request): string | null {
  const last = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  return isIP(last) === 0 ? null : last;
}

function readSignInSecret(file: string): string {
  const secret = readFileSync(file, 'utf8').trim();
  if (secret.length < MIN_SECRET_LENGTH)
    throw new Error(`NEXTAUTH_SECRET_FILE: expected ${MIN_SECRET_LENGTH} characters`);
  return secret;
}
