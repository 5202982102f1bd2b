// The one outbound connection of the console: key documents of the configured identity providers. No redirects, bounded in
// time and bytes; that the address is https or loopback is judged by the refresher before it asks.
import type { FetchJson, KeyDocument } from '@secrouter/proto';
import { request } from 'undici';

/** Fetches one document. Rejects when there is no answer; a status is the caller's to judge. */
export const fetchKeyDocument: FetchJson = async ({ url, timeoutMs, maxBytes, signal }): Promise<KeyDocument> => {
  const answer = await request(url, {
    method: 'GET',
    headers: { accept: 'application/json' },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const date = typeof answer.headers.date === 'string' ? Date.parse(answer.headers.date) : Number.NaN;
  const body = await readBounded(answer.body, maxBytes);
  return { status: answer.statusCode, body, ...(Number.isNaN(date) ? {} : { dateMs: date }) };
};

// One byte above the bound is enough for the caller to see that it is too large.
async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.byteLength;
    if (size > maxBytes) break;
  }
  return Buffer.concat(parts);
}
