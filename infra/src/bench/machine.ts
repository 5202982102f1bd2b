// Where and of what a measurement was made.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { PROJECT_ROOT } from '../project.ts';

const BYTES_PER_GIB = 1_073_741_824;

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
}

export interface SourceState {
  /** Short commit id; `unknown` outside a repository. */
  readonly commit: string;
  /** True when files differ from the commit. */
  readonly isChanged: boolean;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() || process.arch,
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / BYTES_PER_GIB),
    system: `${platform()} ${release()}`,
    node: process.version,
  };
}

/** Load averages over 1, 5 and 15 minutes. */
export function loadAverages(): readonly number[] {
  return loadavg().map((load) => Math.round(load * 100) / 100);
}

export function sourceState(): SourceState {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: PROJECT_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return { commit: git('rev-parse', '--short', 'HEAD'), isChanged: git('status', '--porcelain') !== '' };
  } catch {
    return { commit: 'unknown', isChanged: false };
  }
}
