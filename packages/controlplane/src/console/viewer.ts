// Who looks at a page, with what right: session and effective policy, judged once a request and never remembered.
import 'server-only';
import { type EffectiveConfig, mergePolicy, type Role } from '@secrouter/proto';
import { headers } from 'next/headers';
import type { Pool } from 'pg';
import { cache } from 'react';
import { consoleRuntime } from '../console-session/console-runtime.ts';
import type { ConsoleSession } from '../console-session/console-session.ts';
import { readSessionOfCookies } from '../console-session/read-console-session.ts';
import { offeredSignInProviders } from '../console-session/request-sign-in.ts';

export interface Viewer {
  readonly session: ConsoleSession;
  /** All of them for an administrator. */
  readonly roles: readonly Role[];
  readonly config: EffectiveConfig;
  readonly revision: number;
  readonly pool: Pool;
  readonly cell: string;
  readonly now: Date;
}

/** The person behind the current request; undefined when nobody is signed in. */
export const readViewer = cache(async (): Promise<Viewer | undefined> => {
  const session = await readSessionOfCookies((await headers()).get('cookie'));
  if (session === undefined) return undefined;
  const { pool, cell, readConfig } = consoleRuntime();
  const { config, revision } = await readConfig();
  const merge = mergePolicy(config.security, { key: session.principal, groups: session.groups });
  const roles = merge.outcome === 'granted' ? merge.policy.roles : [];
  return { session, roles, config, revision, pool, cell, now: new Date() };
});

/** The identity providers that people can sign in with. */
export const readSignInProviders = cache(offeredSignInProviders);

/** The address that was asked for, below the base path; the proxy file notes it. */
export async function requestedPath(): Promise<string> {
  return (await headers()).get('x-console-path') ?? '/';
}
