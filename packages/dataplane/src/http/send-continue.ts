// `Expect: 100-continue`: the client waits for a word before it sends its body. It gets it only when the body is
// wanted, so that a refused request never uploads anything.
import type { IncomingMessage, ServerResponse } from 'node:http';

const WAITING = new WeakSet<IncomingMessage>();

/** Marks a request whose client waits. */
export function holdContinue(request: IncomingMessage): void {
  WAITING.add(request);
}

/** Sends `100 Continue` to a client that waits for it, once; does nothing for any other. */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (WAITING.delete(request)) response.writeContinue();
}
