// `npm run bench -- --profile`: the governed pod under load with V8's profiler on, and what it says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import type { BenchOptions } from './bench-options.ts';
import { governedTarget } from './bench-targets.ts';
import { monotonicUs } from './canned-answers.ts';
import { checkGoverned } from './check-governed.ts';
import type { GovernedSystem } from './governed-system.ts';
import { measureCompletions } from './measure-completions.ts';
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
  return render(shares, figures.requestsPerSecond);
}

function render({ busyMs, idleMs, concerns, ownFunctions, otherFunctions }: ProfileShares, rate: number): string {
  const busy = ((busyMs / (busyMs + idleMs)) * 100).toFixed(0);
  return [
    `# Profile of the governed pod: ${rate.toFixed(0)} requests/s, main thread busy ${busy} % of the time`,
    section('By concern (the nearest caller that belongs to one)', concerns),
    section('Own time, functions of this project', ownFunctions.slice(0, OWN_FUNCTIONS_SHOWN)),
    section('Own time, everything else', otherFunctions.slice(0, OTHER_FUNCTIONS_SHOWN)),
  ].join('\n\n');
}

function section(title: string, shares: readonly Share[]): string {
  const lines = shares.map(({ name, part }) => `| ${(part * 100).toFixed(1)} | ${name} |`);
  return [`## ${title}`, '', '| % of busy time | what |', '| --- | --- |', ...lines].join('\n');
}
