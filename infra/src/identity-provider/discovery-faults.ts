// Faults on demand for tests of the gateway's key handling: what discovery and the key set answer while they last.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** `rotate` is an action, not a state: the new key signs from now on and the mode stays as it was. */
export const FAULT_MODES = [
  'normal',
  'down',
  'error',
  'html',
  'wrong-type',
  'empty-keys',
  'oversized',
  'redirect',
  'other-issuer',
  'slow',
] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

const FAULTED_PATHS: ReadonlySet<string> = new Set(['/.well-known/openid-configuration', '/jwks']);
const OVERSIZED_BYTES = 10 * 1024 * 1024;

export function isFaultMode(value: unknown): value is FaultMode {
  return FAULT_MODES.some((mode) => mode === value);
}

/** Answers in the provider's place when the mode says so; false when the provider shall answer (after the delay). */
export async function answerFaulty(
  mode: FaultMode,
  delayMs: number,
  issuer: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (mode === 'normal' || !FAULTED_PATHS.has(new URL(request.url ?? '/', issuer).pathname)) return false;
  switch (mode) {
    case 'slow':
      await delay(delayMs);
      return false;
    case 'down':
      request.socket.destroy();
      return true;
    case 'error':
      return answer(response, 500, 'application/json', '{"error":"server_error"}');
    case 'html':
      return answer(response, 200, 'text/html', '<!doctype html><title>Maintenance</title>');
    case 'wrong-type':
      return answer(response, 200, 'application/json', '{"keys":"none","issuer":42}');
    case 'oversized':
      return answer(response, 200, 'application/json', `{"keys":[],"padding":"${'x'.repeat(OVERSIZED_BYTES)}"}`);
    case 'redirect':
      response.setHeader('location', 'http://169.254.169.254/');
      return answer(response, 302, 'text/plain', '');
    case 'other-issuer':
      if (isKeySet(request)) return false;
      return answer(response, 200, 'application/json', discoveryOf('https://other-issuer.example.test', issuer));
    case 'empty-keys':
      if (isKeySet(request)) return answer(response, 200, 'application/json', '{"keys":[]}');
      return false;
  }
}

function discoveryOf(statedIssuer: string, issuer: string): string {
  return JSON.stringify({ issuer: statedIssuer, jwks_uri: `${issuer}/jwks` });
}

function isKeySet(request: IncomingMessage): boolean {
  return request.url?.startsWith('/jwks') === true;
}

function answer(response: ServerResponse, status: number, contentType: string, body: string): true {
  response.writeHead(status, { 'content-type': contentType }).end(body);
  return true;
}
