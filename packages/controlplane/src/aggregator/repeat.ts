// A task that runs again and again, never twice at once, until it is stopped.

export interface Repeating {
  /** Stops and resolves when the run in progress has ended. */
  close(): Promise<void>;
}

/** Runs `task` at once and then `intervalMs` after each end. The task handles its own failures. */
export function repeat(task: () => Promise<void>, intervalMs: number): Repeating {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let running = run();
  async function run(): Promise<void> {
    await task();
    if (isClosed) return;
    timer = setTimeout(() => {
      running = run();
    }, intervalMs);
  }
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
