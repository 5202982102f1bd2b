// What the pod and its reading threads say to each other; all of it survives structured cloning.
import { type RefusalCode, type RefusalDetails, RequestRefused } from '@secrouter/proto';
import type { JudgedRequest } from '../request/judged-request.ts';
import { type ReadLimits, readRequest } from '../stages/read.ts';

/** One body to read. Its memory moves to the thread. */
export interface ReadJob {
  readonly endpoint: JudgedRequest['endpoint'];
  readonly bytes: Uint8Array;
  readonly limits: ReadLimits;
}

/** The judged request, whose memory moves back, or the refusal. */
export type ReadReply =
  | { readonly outcome: 'read'; readonly request: JudgedRequest }
  | { readonly outcome: 'refused'; readonly code: RefusalCode; readonly details: RefusalDetails };

/** Reads one body; errors that are not refusals pass, and end the thread. */
export function runReadJob({ endpoint, bytes, limits }: ReadJob): ReadReply {
  try {
    return { outcome: 'read', request: readRequest(endpoint, bytes, limits) };
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    const { cause: _cause, ...details } = error.details;
    return { outcome: 'refused', code: error.code, details };
  }
}
