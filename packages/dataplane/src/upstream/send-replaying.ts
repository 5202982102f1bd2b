// One replay of what an idle connection swallowed, and the count of what is before an endpoint.
import type { UpstreamResponse } from './send-upstream.ts';
import { isStaleConnection, upstreamFailure } from './upstream-failure.ts';

/**
 * Sends, and counts each time in `attempts`. A connection that the upstream closed while it lay idle says so only when it
 * is written to: one replay (RFC 9110, 9.2.2). `ended` is called once the answer's body has ended, or there is none.
 */
export async function sendReplaying(
  attempts: { count: number; readonly deadline: { readonly signal: { readonly isOver: boolean } } },
  ended: () => void,
  send: () => Promise<UpstreamResponse>,
): Promise<UpstreamResponse> {
  attempts.count += 1;
  try {
    const response = await send().catch((error: unknown) => {
      if (!isStaleConnection(upstreamFailure(error)) || attempts.deadline.signal.isOver) throw error;
      attempts.count += 1;
      return send();
    });
    // Its reader sees its errors; a body that nobody reads yet must not end the process.
    response.body.on('error', ignore).once('close', ended);
    return response;
  } catch (error) {
    ended();
    throw error;
  }
}

function ignore(): void {}
