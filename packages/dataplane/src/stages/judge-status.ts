// What an upstream's status means: an answer, the caller's own business, our business, or a reason to try the next one.
import { RequestRefused } from '@secrouter/proto';
import type { UpstreamResponse } from '../upstream/send-upstream.ts';
import { relayedError } from './relayed-error.ts';

/** An answer that is none. */
export interface UpstreamRefusal {
  readonly outcome: 'refused';
  readonly status: number;
  readonly refusal: RequestRefused;
  readonly mayTryNext: boolean;
  /** 5xx counts against the model at this endpoint; a 4xx against nobody. */
  readonly countsAgainst: 'model' | 'nobody';
}

/** Statuses that are the caller's own business: their error is relayed, masked. */
const RELAYED: ReadonlySet<number> = new Set([400, 404, 413, 422]);
const MAX_ERROR_BYTES = 65_536;
const LONGEST_UPSTREAM_RETRY_SECONDS = 3_600;

export const ANSWERED = { outcome: 'answered' } as const;

/** True for a status that says that the body is the answer. */
export function isAnswer({ statusCode }: Pick<UpstreamResponse, 'statusCode'>): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** Judges the status; reads the body of what is not an answer. */
export async function judgeStatus(
  response: UpstreamResponse,
  onKeyRefused: () => void,
): Promise<typeof ANSWERED | UpstreamRefusal> {
  if (isAnswer(response)) return ANSWERED;
  const { statusCode: status } = response;
  const body = await readError(response);
  if (status >= 300 && status < 400)
    return refused(status, new RequestRefused('upstream_redirect', { reason: 'redirect' }), false);
  if (RELAYED.has(status)) return refused(status, relayedError(status, body), false);
  if (status === 401 || status === 403) {
    onKeyRefused();
    return refused(status, new RequestRefused('upstream_error', { reason: `upstream_${status}` }), true);
  }
  if (status === 429) {
    const retryAfterSeconds = retryAfter(response);
    const message = 'The model provider is at its limit. Wait and try again.';
    return refused(
      status,
      new RequestRefused('rate_limit_exceeded', { reason: 'upstream_429', message, retryAfterSeconds }),
      true,
    );
  }
  const refusal = new RequestRefused('upstream_error', { reason: `upstream_${status}` });
  return { ...refused(status, refusal, status >= 500), countsAgainst: status >= 500 ? 'model' : 'nobody' };
}

function refused(status: number, refusal: RequestRefused, mayTryNext: boolean): UpstreamRefusal {
  return { outcome: 'refused', status, refusal, mayTryNext, countsAgainst: 'nobody' };
}

async function readError(response: UpstreamResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).byteLength;
    if (size >= MAX_ERROR_BYTES) break; // leaving the loop destroys the body
  }
  return Buffer.concat(chunks).toString('utf8');
}

function retryAfter(response: UpstreamResponse): number {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_UPSTREAM_RETRY_SECONDS) : 1;
}
