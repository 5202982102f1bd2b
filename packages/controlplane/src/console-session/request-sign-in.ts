// One request of the code flow: next-auth's options from the configuration that is in force now.
import type { NextAuthOptions } from 'next-auth';
import { completeSignIn } from './complete-sign-in.ts';
import { type ConsoleRuntime, consoleRuntime } from './console-runtime.ts';
import { type SignInProvider, signInOptions, signInProviders } from './sign-in-options.ts';

/** Builds the options for one request. */
export async function requestSignInOptions(request: Request): Promise<NextAuthOptions> {
  const runtime = consoleRuntime();
  const { config } = await runtime.readConfig();
  return signInOptions({
    authUrl: runtime.authUrl,
    secret: runtime.readSecret(),
    providers: signInProviders(config.security.oidc),
    clientSecretOf: (rules) => runtime.clientSecretOf(rules),
    completeSignIn: async (provider, account) => {
      if (account.id_token === undefined) return { outcome: 'refused', code: 'invalid_token' };
      const tokens = {
        idToken: account.id_token,
        ...(account.access_token === undefined ? {} : { accessToken: account.access_token }),
      };
      return await completeSignIn(await dependenciesOf(runtime, request), provider, tokens);
    },
    logError: (code) => runtime.log.warn({ code }, 'console sign-in failed'),
  });
}

/** The providers that the sign-in page offers. */
export async function offeredSignInProviders(): Promise<readonly SignInProvider[]> {
  const { config } = await consoleRuntime().readConfig();
  return signInProviders(config.security.oidc);
}

async function dependenciesOf(runtime: ConsoleRuntime, request: Request) {
  const { config } = await runtime.readConfig();
  return {
    pool: runtime.pool,
    cell: runtime.cell,
    issuers: await runtime.trustedIssuers(),
    policyNamesGroups: Object.keys(config.security.policy.groups).length > 0,
    podId: runtime.podId,
    podStream: runtime.podStream,
    sourceIp: runtime.sourceIpOf(request),
    now: new Date(),
  };
}
