// The environment of the development identity provider, parsed once; every problem is reported, not only the first.
import { resolve } from 'node:path';
import type { IdentityProviderOptions } from './start-identity-provider.ts';

const HIGHEST_PORT = 65_535;

export type IdentityProviderConfig =
  | { readonly options: IdentityProviderOptions }
  | { readonly problems: readonly string[] };

/** Reads `SECROUTER_IDP_PORT`, `SECROUTER_PORT`, `SECROUTER_CONSOLE_PORT` and `SECROUTER_HOME`. */
export function parseIdentityProviderConfig(env: NodeJS.ProcessEnv): IdentityProviderConfig {
  const problems: string[] = [];
  const port = parsePort(env, 'SECROUTER_IDP_PORT', 18801, 0, problems);
  const gatewayPort = parsePort(env, 'SECROUTER_PORT', 18800, 1, problems);
  const consolePort = parsePort(env, 'SECROUTER_CONSOLE_PORT', 18810, 1, problems);
  const home = env.SECROUTER_HOME ?? '.secrouter';
  if (home === '') problems.push('SECROUTER_HOME: found an empty value, expected a folder');
  if (problems.length > 0) return { problems };

  const publicOrigins = [gatewayPort, consolePort].flatMap((originPort) => [
    `http://127.0.0.1:${originPort}`,
    `http://localhost:${originPort}`,
  ]);
  return { options: { port, homeDir: resolve(home), publicOrigins } };
}

function parsePort(
  env: NodeJS.ProcessEnv,
  name: string,
  defaultPort: number,
  lowest: 0 | 1,
  problems: string[],
): number {
  const text = env[name];
  if (text === undefined) return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < lowest || port > HIGHEST_PORT) {
    const range = `${lowest === 0 ? '0 (any)' : '1'} to ${HIGHEST_PORT}`;
    problems.push(`${name}: found "${text}", expected a port from ${range}`);
  }
  return port;
}
