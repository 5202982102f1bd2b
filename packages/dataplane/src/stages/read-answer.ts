// An answer that is not streamed, whole. By listeners: an iterator of a stream costs more than all of a short answer.
import type { Readable } from 'node:stream';
import { RequestRefused } from '@secrouter/proto';

/** An answer that is not streamed is held whole, up to this. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Reads an answer to its end. Rejects where it breaks off, and with RequestRefused where it is too large. */
export function readAnswer(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // What ended before anybody listened says so to nobody again.
    if (body.destroyed) throw body.errored ?? new Error('the answer ended before it was read');
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > MAX_ANSWER_BYTES)
        body.destroy(new RequestRefused('upstream_protocol', { reason: 'answer_too_large' }));
    });
    body.once('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    body.once('error', reject);
    body.once('close', () => {
      // Every answer closes in the end; an error is made for those alone that are not whole.
      if (!body.readableEnded) reject(new Error('the answer ended before it was whole'));
    });
  });
}
