// Why an attempt brought no answer, from undici's and Node's errors to a closed set.
import type { Socket } from 'node:net';
import type { RefusalCode } from '@secrouter/proto';

export type UpstreamFailureKind = 'connect' | 'address' | 'tls' | 'timeout' | 'reset' | 'protocol' | 'aborted';

/** An attempt that brought no answer. */
export class UpstreamFailure extends Error {
  readonly kind: UpstreamFailureKind;

  constructor(kind: UpstreamFailureKind, cause: unknown) {
    super(`upstream ${kind}`, { cause });
    this.name = 'UpstreamFailure';
    this.kind = kind;
  }
}

const STALE_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const TIMEOUT_CODES: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
const CONNECT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)|CERT/;

/** Sorts an error of an attempt. */
export function upstreamFailure(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  return new UpstreamFailure(kindOf(error), error);
}

function kindOf(error: unknown): UpstreamFailureKind {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'AbortError' || name === 'RequestAbortedError') return 'aborted';
  const code = codeOf(error);
  if (code === 'EGRESS_ADDRESS_DENIED') return 'address';
  if (CONNECT_CODES.has(code)) return 'connect';
  if (TIMEOUT_CODES.has(code)) return 'timeout';
  if (TLS_CODE.test(code)) return 'tls';
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return 'protocol';
  return 'reset';
}

function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return codeOf(at.errors[0]);
  }
  return '';
}

/** What the client is told when the last attempt failed this way. */
export function refusalOf(kind: UpstreamFailureKind): RefusalCode {
  const codes = {
    connect: 'upstream_error',
    address: 'egress_denied',
    tls: 'upstream_tls',
    timeout: 'upstream_timeout',
    reset: 'upstream_error',
    protocol: 'upstream_protocol',
    aborted: 'upstream_error',
  } as const satisfies Record<UpstreamFailureKind, RefusalCode>;
  return codes[kind];
}

/** Notes on every error of a connection how much it had received, see `isStaleConnection`. */
export function noteReceivedBytes(socket: Socket): void {
  socket.on('error', (error: Error & { receivedBytes?: number }) => {
    error.receivedBytes = socket.bytesRead;
  });
}

/**
 * True when a kept-alive connection, one that had answered before, broke before a response: the upstream closed it as the
 * request was written (RFC 9110, 9.2.2). A new connection that breaks may have been at work, and is not one.
 */
export function isStaleConnection(failure: UpstreamFailure): boolean {
  const { cause } = failure;
  if (failure.kind !== 'reset' || !STALE_CODES.has(codeOf(cause))) return false;
  const { receivedBytes, socket } = cause as { receivedBytes?: number; socket?: { bytesRead?: number } };
  return (receivedBytes ?? socket?.bytesRead ?? 0) > 0;
}
