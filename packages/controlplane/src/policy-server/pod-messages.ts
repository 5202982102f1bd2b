// The border between the wire and the policy server: what pods say, bounded and cleaned before anything believes it.
import type { PodMessage__Output, PodStatus__Output, ServerMessage, SnapshotPosition } from '@secrouter/proto';
import type { FleetCounter, PodIntroduction, PodReport } from '../db/fleet-store.ts';

const LONGEST_TEXT = 255;
const LONGEST_VERSION = 64;
const LONGEST_STATE = 32;
const MOST_CIRCUITS = 1_000;
const MOST_LISTS = 200;
const MOST_MODELS_PER_LIST = 1_000;
const LONGEST_TIME = 32;
const MOST_COUNTERS = 2_000;
const MOST_NAMES = 200;

type Hello = NonNullable<PodMessage__Output['hello']>;
type WirePosition = Hello['applied'];

/** What a pod introduces itself as; undefined where its id is unusable. */
export function toIntroduction(hello: Hello, address: string): PodIntroduction | undefined {
  const nodeId = hello.nodeId;
  if (nodeId === '' || nodeId.length > LONGEST_TEXT || cleanText(nodeId) !== nodeId) return undefined;
  const applied = toPosition(hello.applied);
  return {
    nodeId,
    podVersion: cleanText(hello.podVersion, LONGEST_VERSION),
    address: cleanText(address),
    ...(applied === undefined ? {} : { applied }),
  };
}

/** A position; undefined where it is absent or not a pair of safe integers. */
export function toPosition(position: WirePosition): SnapshotPosition | undefined {
  if (position === null || position === undefined) return undefined;
  const epoch = Number(position.epoch);
  const revision = Number(position.revision);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(revision) ? { epoch, revision } : undefined;
}

/** A pod's report, cut to its bounds. */
export function toReport(status: PodStatus__Output): PodReport {
  return {
    state: cleanText(status.state, LONGEST_STATE),
    spoolBytes: toCount(status.spoolBytes),
    spoolBoundBytes: toCount(status.spoolBoundBytes),
    missingCredentials: status.missingCredentials.slice(0, MOST_NAMES).map((name) => cleanText(name)),
    circuits: status.circuits.slice(0, MOST_CIRCUITS).map((circuit) => ({
      provider: cleanText(circuit.provider),
      endpoint: cleanText(circuit.endpoint),
      model: cleanText(circuit.model),
      state: cleanText(circuit.state, LONGEST_STATE),
    })),
    liveModels: status.liveModels.slice(0, MOST_LISTS).map(({ provider, endpoint, at, models }) => ({
      provider: cleanText(provider),
      endpoint: cleanText(endpoint),
      at: cleanText(at, LONGEST_TIME),
      models: models.slice(0, MOST_MODELS_PER_LIST).map((model) => cleanText(model)),
    })),
    clockSkewMs: toCount(status.clockSkewMs),
    counters: status.counters.slice(0, MOST_COUNTERS).map((counter) => ({
      name: cleanText(counter.name),
      label: cleanText(counter.label),
      value: toCount(counter.value),
    })),
    degraded: status.degraded.slice(0, MOST_NAMES).map((name) => cleanText(name)),
  };
}

/** The other pods' counters, summed by name and label. */
export function toFleetStats(
  pods: readonly { readonly nodeId: string; readonly counters: readonly FleetCounter[] }[],
  receiver: string,
): ServerMessage {
  const others = pods.filter((pod) => pod.nodeId !== receiver);
  const sums = new Map<string, FleetCounter>();
  for (const { name, label, value } of others.flatMap((pod) => pod.counters)) {
    const key = `${name}\n${label}`;
    sums.set(key, { name, label, value: (sums.get(key)?.value ?? 0) + value });
  }
  const counters = [...sums.values()].map(({ name, label, value }) => ({ name, label, value: String(value) }));
  return { stats: { pods: others.length, counters } };
}

/** Text of a pod without control characters (PostgreSQL's jsonb refuses NUL), at most `longest` characters. */
export function cleanText(text: string, longest: number = LONGEST_TEXT): string {
  return text
    .replace(/\p{Cc}/gu, '')
    .toWellFormed()
    .slice(0, longest);
}

function toCount(value: string): number {
  const count = Number(value);
  return Number.isSafeInteger(count) ? count : 0;
}
