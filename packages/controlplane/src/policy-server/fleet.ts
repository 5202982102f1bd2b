// All pods of this server: offers them the newest snapshot, keeps the fleet table, and tells each pod of the others.
import { status } from '@grpc/grpc-js';
import { isNewer, type SealedSnapshot, type SnapshotPosition } from '@secrouter/proto';
import type { Logger } from 'pino';
import type { FleetStore, PodIntroduction, PodReport } from '../db/fleet-store.ts';
import { toFleetStats } from './pod-messages.ts';
import { PodSession, type PodStream, type SessionObserver } from './pod-session.ts';

/** Streams of one server; a larger fleet has several servers. */
export const MAX_POD_STREAMS = 1_000;
const BEAT_INTERVAL_MS = 1_000;
const STATS_INTERVAL_MS = 2_000;
const FORGET_INTERVAL_MS = 600_000;

export interface FleetDependencies {
  readonly cell: string;
  readonly store: FleetStore;
  readonly log: Logger;
  /** A pod refused a snapshot; told once for each pod, position and reason. */
  readonly onRefusal: (refusal: PodRefusal) => Promise<void>;
  /** A pod has applied something newer than anything we published: our database was restored from a backup. */
  readonly onAhead: (nodeId: string, position: SnapshotPosition) => void;
}

export interface PodRefusal {
  readonly nodeId: string;
  readonly position: SnapshotPosition;
  readonly reason: string;
  readonly path: string;
}

/** Opens with `start`, takes streams, ends with `close`. */
export class Fleet implements SessionObserver {
  readonly #deps: FleetDependencies;
  readonly #streams = new Set<PodSession>();
  readonly #pods = new Map<string, PodSession>();
  readonly #reports = new Map<string, PodReport>();
  readonly #lastRefusals = new Map<string, string>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #writes = new Map<string, Promise<void>>();
  #newest: SealedSnapshot | undefined;
  #isStoreFailing = false;

  constructor(deps: FleetDependencies) {
    this.#deps = deps;
  }

  start(): void {
    this.#timers.push(
      setInterval(() => this.#beat(), BEAT_INTERVAL_MS),
      setInterval(() => void this.#tellStats(), STATS_INTERVAL_MS),
      setInterval(() => this.#write('', () => this.#deps.store.forgetGonePods()), FORGET_INTERVAL_MS),
    );
  }

  /** Ends all streams, so that the pods dial another server, and waits for the table's last writes. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const session of this.#streams) session.end(status.UNAVAILABLE, 'shutting down');
    await Promise.all(this.#writes.values());
  }

  /** Takes a pod's stream, or ends it when there are too many. */
  accept(stream: PodStream): void {
    if (this.#streams.size >= MAX_POD_STREAMS) {
      this.#deps.log.warn({ bound: MAX_POD_STREAMS }, 'pod stream refused: too many');
      stream.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'too many pods on this server' });
      return;
    }
    const session = new PodSession(stream, this.#deps.cell, this);
    this.#streams.add(session);
    if (this.#newest !== undefined) session.offer(this.#newest);
  }

  /** Pushes a snapshot to every connected pod that does not have it. */
  push(sealed: SealedSnapshot): void {
    this.#newest = sealed;
    for (const session of this.#streams) session.offer(sealed);
  }

  onHello(session: PodSession, pod: PodIntroduction): void {
    // A pod whose old stream is half open dials again; the newer stream is the pod.
    const former = this.#pods.get(pod.nodeId);
    this.#pods.set(pod.nodeId, session);
    former?.end(status.ABORTED, 'replaced by a newer stream of the same pod');
    this.#deps.log.info({ podId: pod.nodeId, podVersion: pod.podVersion, applied: pod.applied }, 'pod connected');
    this.#write(pod.nodeId, () => this.#deps.store.connect(pod));
    const newest = this.#newest?.seal;
    if (pod.applied !== undefined && newest !== undefined && isNewer(pod.applied, newest))
      this.#deps.onAhead(pod.nodeId, pod.applied);
  }

  onAck({ nodeId }: PodSession, position: SnapshotPosition, applyMs: number): void {
    this.#deps.log.info({ podId: nodeId, ...position, applyMs }, 'snapshot applied');
    this.#lastRefusals.delete(nodeId);
    this.#write(nodeId, () => this.#deps.store.acknowledge(nodeId, position, applyMs));
  }

  onNack({ nodeId }: PodSession, position: SnapshotPosition, reason: string, path: string): void {
    const refusal = `${position.epoch}:${position.revision}:${reason}:${path}`;
    if (this.#lastRefusals.get(nodeId) === refusal) return; // a pod that repeats itself does not fill the trail
    this.#lastRefusals.set(nodeId, refusal);
    this.#deps.log.error({ podId: nodeId, ...position, reason, path }, 'snapshot refused by a pod');
    this.#write(nodeId, () => this.#deps.store.refuse(nodeId, position, reason, path));
    this.#write(nodeId, () => this.#deps.onRefusal({ nodeId, position, reason, path }));
  }

  onReport({ nodeId }: PodSession, report: PodReport): void {
    this.#reports.set(nodeId, report);
  }

  onEnd(session: PodSession): void {
    this.#streams.delete(session);
    if (this.#pods.get(session.nodeId) !== session) return;
    this.#pods.delete(session.nodeId);
    this.#reports.delete(session.nodeId);
    this.#lastRefusals.delete(session.nodeId);
    this.#deps.log.info({ podId: session.nodeId }, 'pod disconnected');
    this.#write(session.nodeId, () => this.#deps.store.disconnect(session.nodeId));
  }

  #beat(): void {
    if (this.#writes.has('')) return; // the table is slow; what pods say is kept until it has caught up
    const reports = new Map(this.#reports);
    this.#reports.clear();
    this.#write('', () => this.#deps.store.beat([...this.#pods.keys()], reports));
  }

  async #tellStats(): Promise<void> {
    if (this.#pods.size === 0) return;
    try {
      const counters = await this.#deps.store.readLiveCounters();
      for (const [nodeId, session] of this.#pods) session.tell(toFleetStats(counters, nodeId));
    } catch (error) {
      this.#noteStore(error);
    }
  }

  // Writes of one pod keep their order; the table being down never holds up a push.
  #write(lane: string, work: () => Promise<void>): void {
    const former = this.#writes.get(lane) ?? Promise.resolve();
    const written: Promise<void> = former
      .then(work)
      .then(
        () => this.#noteStore(undefined),
        (error: unknown) => this.#noteStore(error),
      )
      .finally(() => {
        if (this.#writes.get(lane) === written) this.#writes.delete(lane);
      });
    this.#writes.set(lane, written);
  }

  #noteStore(error: unknown): void {
    if (error !== undefined && !this.#isStoreFailing) this.#deps.log.warn({ error }, 'the fleet table is not written');
    this.#isStoreFailing = error !== undefined;
  }
}
