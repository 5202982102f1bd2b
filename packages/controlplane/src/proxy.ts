// Runs before every answer of the console: the Content-Security-Policy with a fresh nonce for the page's own scripts.
import { type NextRequest, NextResponse } from 'next/server';
import { contentSecurityPolicy, SECURITY_HEADERS } from './console/security-headers.ts';

const NONCE_BYTES = 16;

export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString('base64');
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  // Next reads the nonce from the request's own policy; whatever a client sent under these names is replaced.
  headers.set('content-security-policy', policy);
  headers.set('x-nonce', nonce);
  headers.set('x-console-path', request.nextUrl.pathname + request.nextUrl.search);
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of SECURITY_HEADERS) response.headers.set(name, value);
  response.headers.set('content-security-policy', policy);
  return response;
}
