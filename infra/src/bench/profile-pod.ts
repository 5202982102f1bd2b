// `npm run bench -- --profile`: the governed pod under load with V8's profiler on, and what it says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import type { BenchOptions } from './bench-options.ts';
import { governedTarget } from './bench-targets.ts';
import { monotonicUs } from './canned-answers.ts';
import { checkGoverned } from './check-governed.ts';
import type { GovernedSystem } from './governed-system.ts';
import { loadAverages } from './machine.ts';
import { type CompletionFigures, measureCompletions } from './measure-completions.ts';
import { type CpuProfile, type ProfileShares, profileShares, type Share } from './profile-shares.ts';

const OWN_FUNCTIONS_SHOWN = 40;
const OTHER_FUNCTIONS_SHOWN = 25;
const US_PER_SECOND = 1_000_000;

/** Arguments of the pod's Node that make it write a profile when it ends. */
export function profilerArguments(folder: string): readonly string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

/** Runs one window on the pod, ends it, and renders its profile; the profile stays in `folder`. */
export async function profilePod(
  system: GovernedSystem,
  options: BenchOptions,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const target = governedTarget(system);
  await checkGoverned(target);
  // As long a warm-up as the window itself: what is looked at is compiled code.
  const warmUpSeconds = options.throughputSeconds;
  const fromUs = monotonicUs() + warmUpSeconds * US_PER_SECOND;
  const size = { connections: options.connections, warmUpSeconds, seconds: options.throughputSeconds };
  const figures = await measureCompletions(target, size, signal);
  const toUs = monotonicUs();
  await system.stopPod();
  const [name] = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'));
  if (name === undefined) throw new Error('the pod left no profile');
  const profile = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
  const shares = profileShares(profile, PROJECT_ROOT, { fromUs, toUs });
  return render(shares, figures);
}

function render(shares: ProfileShares, { requestsPerSecond, cpuMsPerRequest }: CompletionFigures): string {
  const { busyMs, idleMs, concerns, ownTotals, ownFunctions, otherFunctions } = shares;
  const busy = ((busyMs / (busyMs + idleMs)) * 100).toFixed(0);
  return [
    `# Profile of the governed pod: ${requestsPerSecond.toFixed(0)} requests/s, ${cpuMsPerRequest?.toFixed(2) ?? '?'} CPU ms per request, main thread busy ${busy} % of the time`,
    `Load average ${loadAverages().join(' ')}. Where others compete for the processor, busy time contains waiting for it.`,
    section('By concern (the nearest caller that belongs to one)', concerns),
    section('With what they call, functions of this project', ownTotals.slice(0, OWN_FUNCTIONS_SHOWN)),
    section('Own time, functions of this project', ownFunctions.slice(0, OWN_FUNCTIONS_SHOWN)),
    section('Own time, everything else', otherFunctions.slice(0, OTHER_FUNCTIONS_SHOWN)),
  ].join('\n\n');
}

function section(title: string, shares: readonly Share[]): string {
  const lines = shares.map(({ name, part }) => `| ${(part * 100).toFixed(1)} | ${name} |`);
  return [`## ${title}`, '', '| % of busy time | what |', '| --- | --- |', ...lines].join('\n');
}
