// One pod's stream: hello, then snapshots down and acknowledgements and status up. Latest wins: a newer snapshot takes the
// place of one that is still on its way, between two chunks.
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import {
  isNewer,
  type PodMessage__Output,
  type SealedSnapshot,
  type ServerMessage,
  SNAPSHOT_VERSION,
  type SnapshotPosition,
  snapshotChunks,
  toSnapshotHeader,
} from '@secrouter/proto';
import type { PodIntroduction, PodReport } from '../db/fleet-store.ts';
import { cleanText, toIntroduction, toPosition, toReport } from './pod-messages.ts';

/** A stream that has not said hello by then is ended. */
export const HELLO_TIMEOUT_MS = 10_000;

export type PodStream = ServerDuplexStream<PodMessage__Output, ServerMessage>;

/** Whom a session tells. */
export interface SessionObserver {
  onHello(session: PodSession, pod: PodIntroduction): void;
  onAck(session: PodSession, position: SnapshotPosition, applyMs: number): void;
  onNack(session: PodSession, position: SnapshotPosition, reason: string, path: string): void;
  onReport(session: PodSession, report: PodReport): void;
  onEnd(session: PodSession): void;
}

/** Lives as long as the stream. */
export class PodSession {
  readonly #stream: PodStream;
  readonly #cell: string;
  readonly #observer: SessionObserver;
  readonly #helloTimer: NodeJS.Timeout;
  readonly #ended = new AbortController();
  #nodeId: string | undefined;
  #readsOurVersion = true;
  #applied: SnapshotPosition | undefined;
  #newest: SealedSnapshot | undefined;
  #pending: SealedSnapshot | undefined;
  #isSending = false;

  constructor(stream: PodStream, cell: string, observer: SessionObserver) {
    this.#stream = stream;
    this.#cell = cell;
    this.#observer = observer;
    this.#helloTimer = setTimeout(() => this.end(status.DEADLINE_EXCEEDED, 'no hello'), HELLO_TIMEOUT_MS);
    stream.on('data', (message: PodMessage__Output) => this.#receive(message));
    stream.on('end', () => this.#finish(() => stream.end()));
    stream.on('cancelled', () => this.#finish());
    stream.on('error', () => this.#finish()); // a broken stream is an ended one; the pod dials again
  }

  /** The pod's id; empty before its hello. */
  get nodeId(): string {
    return this.#nodeId ?? '';
  }

  /** Offers the newest snapshot; sends it unless the pod has it. */
  offer(sealed: SealedSnapshot): void {
    this.#newest = sealed;
    if (this.#nodeId === undefined || !this.#readsOurVersion) return;
    if (this.#applied !== undefined && !isNewer(sealed.seal, this.#applied)) return;
    this.#push(sealed);
  }

  /** Sends something small that may be dropped when the pod reads slowly. */
  tell(message: ServerMessage): void {
    if (this.#ended.signal.aborted || this.#stream.writableLength > 0) return;
    this.#stream.write(message);
  }

  /** Ends the stream with a gRPC status. */
  end(code: status, details: string): void {
    this.#finish(() => this.#stream.emit('error', { code, details }));
  }

  #finish(close?: () => void): void {
    if (this.#ended.signal.aborted) return;
    clearTimeout(this.#helloTimer);
    this.#ended.abort();
    close?.();
    this.#observer.onEnd(this);
  }

  #receive(message: PodMessage__Output): void {
    if (this.#ended.signal.aborted) return;
    if (message.hello) this.#receiveHello(message.hello);
    else if (this.#nodeId === undefined) this.end(status.FAILED_PRECONDITION, 'the first message is a hello');
    else if (message.ack) this.#receiveAck(message.ack);
    else if (message.nack) this.#receiveNack(message.nack);
    else if (message.status) this.#observer.onReport(this, toReport(message.status));
    else if (message.snapshotWanted && this.#newest !== undefined) this.#push(this.#newest);
  }

  #receiveHello(hello: NonNullable<PodMessage__Output['hello']>): void {
    const pod = toIntroduction(hello, this.#stream.getPeer());
    // A pod of another cell would be governed by a stranger's policy and charge a stranger's budgets.
    if (hello.cell !== this.#cell) this.end(status.FAILED_PRECONDITION, 'another cell');
    else if (this.#nodeId !== undefined) this.end(status.FAILED_PRECONDITION, 'a second hello');
    else if (pod === undefined) this.end(status.INVALID_ARGUMENT, 'an unusable node id');
    else this.#introduce(pod, hello.snapshotVersions);
  }

  #introduce(pod: PodIntroduction, versions: readonly number[]): void {
    clearTimeout(this.#helloTimer);
    this.#nodeId = pod.nodeId;
    this.#applied = pod.applied;
    this.#readsOurVersion = versions.length === 0 || versions.includes(SNAPSHOT_VERSION);
    this.#observer.onHello(this, pod);
    if (this.#newest === undefined) return;
    if (this.#readsOurVersion) this.offer(this.#newest);
    else this.#observer.onNack(this, this.#newest.seal, 'unknown_version', '');
  }

  #receiveAck(ack: NonNullable<PodMessage__Output['ack']>): void {
    const position = toPosition(ack.position);
    const applyMs = Number(ack.applyMs);
    if (position === undefined || !Number.isSafeInteger(applyMs)) {
      this.end(status.INVALID_ARGUMENT, 'an unusable acknowledgement');
      return;
    }
    this.#applied = position;
    this.#observer.onAck(this, position, applyMs);
  }

  #receiveNack(nack: NonNullable<PodMessage__Output['nack']>): void {
    const position = toPosition(nack.position);
    if (position === undefined) {
      this.end(status.INVALID_ARGUMENT, 'an unusable position');
      return;
    }
    this.#observer.onNack(this, position, cleanText(nack.reason), cleanText(nack.path));
  }

  #push(sealed: SealedSnapshot): void {
    this.#pending = sealed;
    if (this.#isSending) return;
    this.#isSending = true;
    void this.#sendPending().finally(() => {
      this.#isSending = false;
    });
  }

  async #sendPending(): Promise<void> {
    while (this.#pending !== undefined && !this.#ended.signal.aborted) {
      const sealed = this.#pending;
      this.#pending = undefined;
      await this.#send({ header: toSnapshotHeader(sealed) });
      for (const chunk of snapshotChunks(sealed)) {
        if (this.#pending !== undefined || this.#ended.signal.aborted) break;
        await this.#send({ chunk });
      }
    }
  }

  // Flow control: each message waits until the transport has taken the one before, so that a pod that reads slowly holds
  // one chunk of ours in memory, not a whole snapshot.
  async #send(message: ServerMessage): Promise<void> {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#stream.write(message, () => resolve());
    });
  }
}
