// Windows of completions that are not streamed: one connection for the added latency, many for the throughput.

import { runLoad } from './bench-process.ts';
import type { BenchTarget } from './bench-targets.ts';
import { completionBodies } from './canned-answers.ts';
import type { CompletionLoad, CompletionWindow } from './load-completions.ts';
import { cpuMsOf, watchResidentBytes } from './process-cost.ts';
import { VoidRun } from './void-run.ts';

export interface CompletionFigures extends CompletionWindow {
  /** Processor time of the target per answer, all threads. */
  readonly cpuMsPerRequest: number | undefined;
  readonly peakResidentBytes: number | undefined;
}

export type WindowSize = Pick<CompletionLoad, 'connections' | 'warmUpSeconds' | 'seconds'>;

/** Measures one window. Throws VoidRun when any answer was not a whole completion. */
export async function measureCompletions(
  target: BenchTarget,
  size: WindowSize,
  signal: AbortSignal,
): Promise<CompletionFigures> {
  const load: CompletionLoad = {
    url: target.url,
    headers: await target.headers(),
    bodies: completionBodies(),
    ...size,
  };
  const memory = target.pid === undefined ? undefined : watchResidentBytes(target.pid);
  const cpuBefore = target.pid === undefined ? undefined : cpuMsOf(target.pid);
  try {
    const window = await runLoad<CompletionWindow>('load-completions.ts', load, signal);
    const cpuAfter = target.pid === undefined ? undefined : cpuMsOf(target.pid);
    if (window.failures > 0 || window.answers === 0) {
      const codes = window.statusCodes.join(', ') || 'none';
      throw new VoidRun(
        `${target.name}: ${window.failures} failures beside ${window.allAnswers} answers (status ${codes})`,
      );
    }
    const cpuMs = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
    return {
      ...window,
      cpuMsPerRequest: cpuMs === undefined ? undefined : cpuMs / window.allAnswers,
      peakResidentBytes: memory?.stop(),
    };
  } finally {
    memory?.stop();
  }
}
