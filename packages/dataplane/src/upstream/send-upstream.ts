// Sends one permitted attempt. The only caller of the upstream client on the request path.
import type { ProviderConfig } from '@secrouter/proto';
import type { Dispatcher } from 'undici';
import { EgressPermit } from './egress-permit.ts';
import type { UpstreamEnding } from './upstream-deadline.ts';
import { upstreamTarget } from './upstream-request.ts';

/** An upstream's answer once its headers have come; the body is read or destroyed by whoever holds it. */
export type UpstreamResponse = Dispatcher.ResponseData;

/** What is sent in one attempt. */
export interface UpstreamSending {
  readonly provider: ProviderConfig;
  readonly dispatcher: Dispatcher;
  readonly secret: string | undefined;
  readonly endpoint: 'chat' | 'embeddings';
  readonly isStream: boolean;
  readonly body: Uint8Array;
  /** Client headers from the allow-list. */
  readonly forwardedHeaders: Readonly<Record<string, string>>;
  readonly signal: UpstreamEnding;
}

/** Sends the body to the permitted endpoint. Rejects with undici's errors; see `upstreamFailure`. */
export function sendUpstream(permit: EgressPermit, sending: UpstreamSending): Promise<UpstreamResponse> {
  if (!EgressPermit.isGenuine(permit)) throw new TypeError('a permit that the egress gate did not make');
  const { provider, isStream, signal } = sending;
  if (signal.isOver) return Promise.reject(signal.reason);
  const target = upstreamTarget(permit, provider, sending.endpoint, sending.secret);
  const { timeouts } = provider;
  return sending.dispatcher.request({
    origin: target.origin,
    path: target.path,
    method: 'POST',
    headers: {
      accept: isStream ? 'text/event-stream' : 'application/json',
      ...sending.forwardedHeaders,
      ...target.headers,
      'content-type': 'application/json',
    },
    body: sending.body,
    signal,
    headersTimeout: isStream ? timeouts.firstByteStreamMs : timeouts.firstByteMs,
    bodyTimeout: timeouts.idleMs,
  });
}
