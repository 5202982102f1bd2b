// Writes to the client with backpressure: the upstream is read only as fast as the client takes. A client that takes
// nothing for a minute is treated as gone.
import type { ServerResponse } from 'node:http';

/** A client that takes nothing for this long holds a stream for nobody. */
export const CLIENT_STALL_MS = 60_000;

/** The client has gone or stalled: nobody to answer, work to be cancelled and settled. */
export class ClientGone extends Error {
  constructor(reason: string) {
    super(`client gone: ${reason}`);
    this.name = 'ClientGone';
  }
}

/** Writes a chunk; resolves when the next one may be written. Throws ClientGone, also when `signal` ends the wait. */
export async function writeToClient(
  response: ServerResponse,
  chunk: Uint8Array | string,
  signal: AbortSignal,
): Promise<void> {
  if (response.destroyed || response.writableEnded) throw new ClientGone('closed');
  if (response.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    const stalled = setTimeout(() => done(new ClientGone('stalled')), CLIENT_STALL_MS);
    const onDrain = () => done(undefined);
    const onClose = () => done(new ClientGone('closed'));
    const onAbort = () => done(new ClientGone('ended'));
    function done(error: ClientGone | undefined): void {
      clearTimeout(stalled);
      response.off('drain', onDrain);
      response.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    }
    response.once('drain', onDrain);
    response.once('close', onClose);
    signal.addEventListener('abort', onAbort);
  });
}
