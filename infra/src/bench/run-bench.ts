// The composition root of the bench: starts everything, measures in rotation, and ends everything whatever happened.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import type { BenchOptions } from './bench-options.ts';
import { type BenchResult, governedAnswers, type Round } from './bench-result.ts';
import { type BenchTarget, startTargets, startUpstream } from './bench-targets.ts';
import { checkGoverned, checkLedger, countScriptCalls } from './check-governed.ts';
import { type GovernedSystem, startGovernedSystem } from './governed-system.ts';
import { describeMachine, loadAverages, sourceState } from './machine.ts';
import { measureClassifier } from './measure-classifier.ts';
import { measureCompletions } from './measure-completions.ts';
import { measureStreams } from './measure-streams.ts';
import { profilePod, profilerArguments } from './profile-pod.ts';
import { renderResult } from './render-result.ts';

const RESULTS_FOLDER = join(PROJECT_ROOT, 'bench', 'results');

export interface BenchContext {
  readonly options: BenchOptions;
  /** Hears what happens; the result itself is returned. */
  readonly say: (line: string) => void;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** Runs the bench and returns the page to print. Throws VoidRun when a window failed: then nothing is written. */
export async function runBench(context: BenchContext): Promise<string> {
  const { options, say } = context;
  const source = sourceState();
  const name = `${new Date().toISOString().slice(0, 10)}-${source.commit}`;
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  if (options.isProfile) return withSystem(context, join(RESULTS_FOLDER, `${name}-profile`), profile);
  const head = {
    startedAt: new Date().toISOString(),
    source,
    machine: describeMachine(),
    loadAveragesBefore: loadAverages(),
    options,
  };
  if (options.parts.includes('classifier')) say('classifier');
  const classifier = options.parts.includes('classifier') ? measureClassifier(options) : [];
  const sendsRequests = options.parts.some((part) => part !== 'classifier');
  const requests = sendsRequests ? await withSystem(context, undefined, measureRequests) : NO_REQUESTS;
  const result: BenchResult = { ...head, loadAveragesAfter: loadAverages(), classifier, ...requests };
  const page = renderResult(result);
  writeFileSync(join(RESULTS_FOLDER, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(RESULTS_FOLDER, `${name}.md`), `${page}\n`);
  say(`written to bench/results/${name}.json and .md`);
  return page;
}

type RequestFigures = Pick<
  BenchResult,
  'latency' | 'throughput' | 'streams' | 'scriptCallsPerRequest' | 'ledger' | 'loadAveragesAfter'
>;

const NO_REQUESTS: Omit<RequestFigures, 'loadAveragesAfter'> = {
  latency: [],
  throughput: [],
  streams: [],
  scriptCallsPerRequest: undefined,
  ledger: undefined,
};

interface RunningSystem {
  readonly system: GovernedSystem;
  readonly upstreamPort: number;
  readonly folder: string;
  readonly closers: (() => Promise<unknown>)[];
  readonly profileFolder: string | undefined;
}

async function withSystem<Outcome>(
  context: BenchContext,
  profileFolder: string | undefined,
  use: (context: BenchContext, running: RunningSystem) => Promise<Outcome>,
): Promise<Outcome> {
  const { say, signal } = context;
  const folder = mkdtempSync(join(tmpdir(), 'secrouter-bench-'));
  const closers: (() => Promise<unknown>)[] = [];
  try {
    say('starting stores, control plane, pod and upstream');
    const upstreamPort = await startUpstream(folder, closers, signal);
    const podNodeArgs = profileFolder === undefined ? [] : profilerArguments(profileFolder);
    if (profileFolder !== undefined) rmSync(profileFolder, { recursive: true, force: true });
    const system = await startGovernedSystem({ folder, upstreamPort, podNodeArgs }, closers, signal);
    return await use(context, { system, upstreamPort, folder, closers, profileFolder });
  } finally {
    await closeAll(closers);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function profile({ options, signal }: BenchContext, { system, profileFolder }: RunningSystem): Promise<string> {
  const folder = profileFolder ?? RESULTS_FOLDER;
  const page = await profilePod(system, options, folder, signal);
  writeFileSync(join(folder, 'profile.md'), `${page}\n`);
  return page;
}

async function measureRequests(
  { options, say, signal }: BenchContext,
  { system, upstreamPort, folder, closers }: RunningSystem,
): Promise<RequestFigures> {
  const targets = await startTargets(system, upstreamPort, folder, closers, signal);
  const { rounds, warmUpSeconds, latencySeconds, throughputSeconds, connections, parts } = options;
  const hasCompletions = parts.includes('completions');
  const [governed] = targets;
  if (governed === undefined) throw new Error('no targets');
  await checkGoverned(governed);

  const repeat = async <Figures>(
    name: string,
    isWanted: boolean,
    measure: (target: BenchTarget) => Promise<Figures>,
  ) => {
    const done: Round<Figures>[] = [];
    for (let round = 1; isWanted && round <= rounds; round += 1) {
      say(`${name}, round ${round} of ${rounds}`);
      done.push(await measureRound(targets, measure));
    }
    return done;
  };
  const oneConnection = { connections: 1, warmUpSeconds, seconds: latencySeconds };
  const latency = await repeat('completions, 1 connection', hasCompletions, (target) =>
    measureCompletions(target, oneConnection, signal),
  );
  const callsBefore = await countScriptCalls(system);
  const manyConnections = { connections, warmUpSeconds, seconds: throughputSeconds };
  const throughput = await repeat(`completions, ${connections} connections`, hasCompletions, (target) =>
    measureCompletions(target, manyConnections, signal),
  );
  const calls = (await countScriptCalls(system)) - callsBefore;
  const streams = await repeat(`${options.streams} streams`, parts.includes('streams'), (target) =>
    measureStreams(target, options, signal),
  );
  const loadAveragesAfter = loadAverages();
  say('waiting for the ledger to hold every answer');
  const answers = governedAnswers([...latency, ...throughput], streams);
  return {
    loadAveragesAfter,
    latency,
    throughput,
    streams,
    scriptCallsPerRequest: hasCompletions ? calls / governedAnswers(throughput, []) : undefined,
    ledger: await checkLedger(system, answers, signal),
  };
}

async function measureRound<Figures>(
  targets: readonly BenchTarget[],
  measure: (target: BenchTarget) => Promise<Figures>,
): Promise<Round<Figures>> {
  const figures: Partial<Record<BenchTarget['key'], Figures>> = {};
  for (const target of targets) figures[target.key] = await measure(target);
  return figures as Round<Figures>;
}

// The last started is ended first; one that does not end must not keep the others.
async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closers.reverse()) await close().catch(() => {});
}
