// `npm run token -- <persona>`: prints an access token of the development identity provider, and nothing else.
import { BATCH_CLIENT_ID, BATCH_CLIENT_SECRET, CLI_CLIENT_ID } from './identity-provider/clients.ts';
import { PERSONA_GRANT_TYPE } from './identity-provider/persona-grant.ts';
import { findPersona, PERSONAS, type Persona } from './identity-provider/personas.ts';

const DEFAULT_PORT = '18801';
const TIMEOUT_MS = 10_000;

/** Prints the token on stdout and returns 0, or one line on stderr and returns 1. */
export async function main(args: readonly string[]): Promise<number> {
  const names = PERSONAS.map((persona) => persona.name).join(', ');
  const [name, ...rest] = args;
  const persona = findPersona(name ?? '');
  if (name === undefined || rest.length > 0) return fail(`usage: npm run token -- <persona>, one of ${names}`);
  if (!persona) return fail(`unknown persona "${name}"; there are ${names}`);
  const port = process.env.SECROUTER_IDP_PORT ?? DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(port)) return fail(`SECROUTER_IDP_PORT: found "${port}", expected a port from 1 to 65535`);
  try {
    process.stdout.write(`${await fetchAccessToken(`http://127.0.0.1:${port}`, persona)}\n`);
    return 0;
  } catch (error) {
    return fail(error instanceof TokenRefused ? error.message : notRunning(port));
  }
}

/** Asks the provider at this issuer for a persona's access token. */
export async function fetchAccessToken(issuer: string, persona: Persona): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...tokenRequest(persona),
  });
  const body: unknown = await response.json();
  if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string') {
    return body.access_token;
  }
  throw new TokenRefused(`the identity provider at ${issuer} refused a token (HTTP ${response.status})`);
}

class TokenRefused extends Error {}

/** A person comes through the development grant, a machine through client credentials as in production. */
function tokenRequest(persona: Persona): { headers: Record<string, string>; body: URLSearchParams } {
  if (persona.signIn) {
    return {
      headers: {},
      body: new URLSearchParams({ grant_type: PERSONA_GRANT_TYPE, client_id: CLI_CLIENT_ID, persona: persona.name }),
    };
  }
  const credential = Buffer.from(`${BATCH_CLIENT_ID}:${BATCH_CLIENT_SECRET}`).toString('base64');
  return {
    headers: { authorization: `Basic ${credential}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'secrouter' }),
  };
}

function notRunning(port: string): string {
  return `the identity provider does not answer at 127.0.0.1:${port}; start it with npm start (SECROUTER_IDP_PORT names another port)`;
}

function fail(message: string): 1 {
  process.stderr.write(`token: ${message}\n`);
  return 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
