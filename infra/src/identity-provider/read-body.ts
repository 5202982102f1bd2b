// Bounded reading of a request's body, shared by the sign-in form and the control endpoint.
import type { IncomingMessage } from 'node:http';

/** A body longer than its bound. */
export class BodyTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The body is longer than ${maxBytes} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/** The whole body, at most `maxBytes` of it; rejects with `BodyTooLarge` above. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) throw new BodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
