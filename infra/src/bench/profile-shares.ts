// Reads a V8 CPU profile: which of our functions burn the most themselves, and which part each concern takes.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fields of a .cpuprofile that are used here. Times are microseconds of the monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface Share {
  readonly name: string;
  /** Part of the time the process was busy, 0 to 1. */
  readonly part: number;
}

export interface ProfileShares {
  readonly busyMs: number;
  readonly idleMs: number;
  /** Time by concern: the nearest caller that belongs to one decides. */
  readonly concerns: readonly Share[];
  /** Time of functions of this project and of all that they called before their first wait. */
  readonly ownTotals: readonly Share[];
  /** Own time of functions of this project. */
  readonly ownFunctions: readonly Share[];
  /** Own time of all other functions. */
  readonly otherFunctions: readonly Share[];
}

// The first match wins.
const CONCERNS: readonly (readonly [string, RegExp])[] = [
  ['classifier', /packages\/classifier\//],
  ['strict JSON (read and splice)', /packages\/proto\/src\/json\//],
  ['token judgement', /packages\/proto\/src\/token\/|stages\/authenticate\.ts|node_modules\/jose\//],
  ['event queue (bullmq)', /node_modules\/bullmq\/|events\/event-queue\.ts|node_modules\/msgpackr\//],
  ['Redis budgets and client', /node_modules\/(ioredis|redis-parser|redis-errors|@ioredis)|dataplane\/src\/redis\//],
  ['spool and event stream', /dataplane\/src\/events\//],
  ['logging', /node_modules\/(pino|sonic-boom|thread-stream|quick-format-unescaped|safe-stable-stringify)/],
  ['metrics', /node_modules\/prom-client\/|observe\/pod-metrics\.ts/],
  ['upstream client (undici)', /node_modules\/undici\/|dataplane\/src\/upstream\/|^node:internal\/deps\/undici/],
  ['express and router', /node_modules\/(express|router|path-to-regexp|parseurl|finalhandler)\//],
  ['our HTTP front', /dataplane\/src\/http\//],
  ['our stages', /dataplane\/src\/stages\//],
  ['our request story', /dataplane\/src\/(request|policy|observe|sse)\//],
  ['proto rules (policy, money, events)', /packages\/proto\//],
];
const IDLE = '(idle)';
const REST = "Node's HTTP, sockets, timers";
const COLLECTOR = 'garbage collector';
const PROGRAM = 'native code outside JavaScript';

/** Sums the samples of a span of time (the whole profile when absent). */
export function profileShares(
  profile: CpuProfile,
  projectRoot: string,
  span = { fromUs: Number.NEGATIVE_INFINITY, toUs: Number.POSITIVE_INFINITY },
): ProfileShares {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const concernOf = concernsOf(profile.nodes);
  const ownCallersOf = ownCallers(profile.nodes, projectRoot);
  const concerns = new Map<string, number>();
  const own = new Map<string, number>();
  const totals = new Map<string, number>();
  const other = new Map<string, number>();
  let idleUs = 0;
  let busyUs = 0;
  let atUs = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    atUs += profile.timeDeltas[index] ?? 0;
    // A sample stands for the time until the next one.
    const lengthUs = Math.max(0, profile.timeDeltas[index + 1] ?? 0);
    const node = nodes.get(id);
    if (node === undefined || atUs < span.fromUs || atUs > span.toUs) continue;
    if (node.callFrame.functionName === IDLE) {
      idleUs += lengthUs;
      continue;
    }
    busyUs += lengthUs;
    add(concerns, concernOf.get(id) ?? REST, lengthUs);
    for (const name of ownCallersOf.get(id) ?? []) add(totals, name, lengthUs);
    add(isOwnFrame(node) ? own : other, frameText(node, projectRoot), lengthUs);
  }
  return {
    busyMs: busyUs / 1_000,
    idleMs: idleUs / 1_000,
    concerns: sharesOf(concerns, busyUs),
    ownTotals: sharesOf(totals, busyUs),
    ownFunctions: sharesOf(own, busyUs),
    otherFunctions: sharesOf(other, busyUs),
  };
}

function isOwnFrame({ callFrame }: ProfileNode): boolean {
  return /\/packages\/[^/]+\/src\//.test(callFrame.url);
}

function parentsOf(nodes: readonly ProfileNode[]): ReadonlyMap<number, ProfileNode> {
  return new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
}

// Our functions on each node's stack, each once however often it recurs.
function ownCallers(nodes: readonly ProfileNode[], projectRoot: string): ReadonlyMap<number, ReadonlySet<string>> {
  const parents = parentsOf(nodes);
  return new Map(
    nodes.map((node) => {
      const names = new Set<string>();
      for (let at: ProfileNode | undefined = node; at !== undefined; at = parents.get(at.id)) {
        if (isOwnFrame(at)) names.add(frameText(at, projectRoot));
      }
      return [node.id, names];
    }),
  );
}

function concernsOf(nodes: readonly ProfileNode[]): ReadonlyMap<number, string> {
  const parents = parentsOf(nodes);
  const own = ({ callFrame }: ProfileNode): string | undefined => {
    if (callFrame.functionName === '(garbage collector)') return COLLECTOR;
    if (callFrame.functionName === '(program)') return PROGRAM;
    return CONCERNS.find(([, pattern]) => pattern.test(callFrame.url))?.[0];
  };
  return new Map(
    nodes.map((node) => {
      for (let at: ProfileNode | undefined = node; at !== undefined; at = parents.get(at.id)) {
        const concern = own(at);
        if (concern !== undefined) return [node.id, concern];
      }
      return [node.id, REST];
    }),
  );
}

function frameText({ callFrame }: ProfileNode, projectRoot: string): string {
  const { functionName, url, lineNumber } = callFrame;
  const file = url.startsWith('file://') ? relative(projectRoot, fileURLToPath(url)) : url;
  return `${functionName || '(anonymous)'} ${file === '' ? '' : `${file}:${lineNumber + 1}`}`.trim();
}

function add(sums: Map<string, number>, name: string, amount: number): void {
  sums.set(name, (sums.get(name) ?? 0) + amount);
}

function sharesOf(sums: ReadonlyMap<string, number>, totalUs: number): readonly Share[] {
  return [...sums]
    .map(([name, us]) => ({ name, part: totalUs === 0 ? 0 : us / totalUs }))
    .sort((a, b) => b.part - a.part);
}
