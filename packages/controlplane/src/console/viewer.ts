// Who looks at a page, with what right: session and effective policy, judged once a request and never remembered.
import 'server-only';
import type { EffectiveConfig, Role } from '@secrouter/proto';
import { headers } from 'next/headers';
import { cache } from 'react';
import type { ConsoleSession } from '../console-session/console-session.ts';
import { readSessionOfCookies } from '../console-session/read-console-session.ts';
import { offeredSignInProviders } from '../console-session/request-sign-in.ts';
import { type ConsoleContext, consoleContext } from '../context/console-context.ts';
import { type PublishedPolicy, policyOf } from '../policy/published-policy.ts';
import type { BooksReader } from '../usage/position-barrier.ts';

export interface Viewer {
  readonly session: ConsoleSession;
  /** All of them for an administrator. */
  readonly roles: readonly Role[];
  readonly config: EffectiveConfig;
  readonly revision: number;
  readonly published: PublishedPolicy;
  readonly context: ConsoleContext;
  readonly books: BooksReader;
  readonly now: Date;
}

/** The person behind the current request; undefined when nobody is signed in. */
export const readViewer = cache(async (): Promise<Viewer | undefined> => {
  const session = await readSessionOfCookies((await headers()).get('cookie'));
  if (session === undefined) return undefined;
  const context = consoleContext();
  const published = await context.policyReader.current();
  if (published === undefined) throw new Error('nothing has been published yet');
  const { config, revision } = published;
  // A sign-in at an issuer that the file no longer trusts is none.
  if (!config.security.oidc.some(({ issuer }) => issuer === session.issuer)) return undefined;
  const roles = policyOf(published, session)?.roles ?? [];
  return { session, roles, config, revision, published, context, books: booksOf(context), now: new Date() };
});

/** What the ledger and the trail are read from. */
function booksOf({ pool, redis, keys, config }: ConsoleContext): BooksReader {
  return { pool, redis, keys, cell: config.cell };
}

/** The identity providers that people can sign in with. */
export const readSignInProviders = cache(offeredSignInProviders);

/** The address that was asked for, below the base path; the proxy file notes it. */
export async function requestedPath(): Promise<string> {
  return (await headers()).get('x-console-path') ?? '/';
}
