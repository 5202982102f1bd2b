// A body can turn out malformed while its request is being handled. The handler learns of it here and answers itself,
// so that there is one answer, with its request id and its audit record.
import type { IncomingMessage } from 'node:http';
import type { RefusalCode } from '@secrouter/proto';

interface BodyState {
  failure?: RefusalCode;
  listener?: (code: RefusalCode) => void;
}

const STATES = new WeakMap<IncomingMessage, BodyState>();

/** Says that the rest of this request's body will never come, and why. */
export function failBody(request: IncomingMessage, code: RefusalCode): void {
  const state = stateOf(request);
  state.failure ??= code;
  state.listener?.(state.failure);
}

/** Calls the listener at most once, at once where the body has failed already; returns the way to stop listening. */
export function onBodyFailure(request: IncomingMessage, listener: (code: RefusalCode) => void): () => void {
  const state = stateOf(request);
  if (state.failure === undefined) state.listener = listener;
  else listener(state.failure);
  return () => {
    delete state.listener;
  };
}

function stateOf(request: IncomingMessage): BodyState {
  const known = STATES.get(request);
  if (known !== undefined) return known;
  const state: BodyState = {};
  STATES.set(request, state);
  return state;
}
