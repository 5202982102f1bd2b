// When the supervisor is told to end: by a signal, or because the process that started it is gone.

export interface StopSignals {
  /** Aborted at the first request to stop. */
  readonly first: AbortSignal;
  /** Aborted at the second: be quick. */
  readonly second: AbortSignal;
}

/** Listens from now on; a signal no longer ends the process by itself. */
export function listenForStop(): StopSignals {
  const first = new AbortController();
  const second = new AbortController();
  const stop = () => (first.signal.aborted ? second : first).abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // The bootstrap holds the other end of this channel; killed outright, it can pass on no signal.
  process.once('disconnect', () => first.abort());
  process.channel?.unref();
  return { first: first.signal, second: second.signal };
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
