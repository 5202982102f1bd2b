// The pod's end of the policy stream: dials out, says hello, takes snapshots, answers ACK or NACK, reports its status.
// It reconnects for ever with jittered back-off; traffic never depends on it.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import {
  fromSnapshotHeader,
  type PodMessage,
  type PodStatus,
  type PolicyServiceClient,
  type ReadUsageResponse__Output,
  type SealedSnapshot,
  type ServerMessage__Output,
  SNAPSHOT_VERSION,
  SnapshotAssembly,
  type SnapshotPosition,
} from '@secrouter/proto';
import type { Logger } from 'pino';
import type { ApplyOutcome } from './apply-snapshot.ts';

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
const STATUS_INTERVAL_MS = 5_000;
const READ_USAGE_DEADLINE_MS = 1_500;

export interface PolicyClientOptions {
  readonly client: PolicyServiceClient;
  readonly nodeId: string;
  readonly podVersion: string;
  readonly cell: string;
  readonly appliedPosition: () => SnapshotPosition | undefined;
  readonly apply: (sealed: SealedSnapshot) => ApplyOutcome;
  /** Called while the server is connected and has nothing newer. */
  readonly confirm: () => void;
  readonly status: () => PodStatus;
  readonly onFleetStats: (pods: number, counters: readonly { name: string; label: string; value: number }[]) => void;
  readonly random: () => number;
  readonly log: Logger;
}

type PolicyStream = ClientDuplexStream<PodMessage, ServerMessage__Output>;

/** One pod's connection to the policy server, over its whole life. */
export class PolicyClient {
  readonly #options: PolicyClientOptions;
  #stream: PolicyStream | undefined;
  #assembly: SnapshotAssembly | undefined;
  #statusTimer: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #isClosed = false;

  constructor(options: PolicyClientOptions) {
    this.#options = options;
  }

  /** True while the stream stands. */
  get isConnected(): boolean {
    return this.#stream !== undefined && this.#backoffMs === FIRST_BACKOFF_MS;
  }

  /** Dials in the background. */
  start(): void {
    this.#connect();
    this.#statusTimer = setInterval(() => this.reportStatus(), STATUS_INTERVAL_MS);
  }

  /** Sends the pod's status now. */
  reportStatus(): void {
    if (this.#stream === undefined) return;
    if (this.isConnected) this.#options.confirm();
    this.#stream.write({ status: this.#options.status() });
  }

  /** The principal's usage from the ledger. Rejects when the control plane does not answer in time. */
  readUsage(principal: string): Promise<ReadUsageResponse__Output> {
    const deadline = Date.now() + READ_USAGE_DEADLINE_MS;
    return new Promise((resolve, reject) => {
      this.#options.client.ReadUsage({ principal, cell: this.#options.cell }, { deadline }, (error, answer) => {
        if (error !== null || answer === undefined) reject(error ?? new Error('no answer'));
        else resolve(answer);
      });
    });
  }

  /** Ends the stream for good. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#statusTimer);
    clearTimeout(this.#reconnectTimer);
    this.#stream?.end();
    this.#options.client.close();
  }

  #connect(): void {
    const stream: PolicyStream = this.#options.client.Subscribe();
    this.#stream = stream;
    this.#assembly = undefined;
    stream.on('data', (message: ServerMessage__Output) => this.#receive(message));
    stream.on('error', (error: ServiceError) => this.#lost(stream, error.code));
    stream.on('end', () => this.#lost(stream, undefined));
    const applied = this.#options.appliedPosition();
    stream.write({
      hello: {
        nodeId: this.#options.nodeId,
        podVersion: this.#options.podVersion,
        cell: this.#options.cell,
        ...(applied === undefined ? {} : { applied: wirePosition(applied) }),
        snapshotVersions: [SNAPSHOT_VERSION],
      },
    });
    stream.write({ status: this.#options.status() });
  }

  #lost(stream: PolicyStream, code: number | undefined): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    if (this.#isClosed) return;
    if (this.#backoffMs === FIRST_BACKOFF_MS) this.#options.log.warn({ grpcCode: code ?? null }, 'policy server lost');
    const delayMs = this.#backoffMs * (0.5 + this.#options.random());
    this.#backoffMs = Math.min(this.#backoffMs * 2, LONGEST_BACKOFF_MS);
    this.#reconnectTimer = setTimeout(() => this.#connect(), delayMs);
  }

  #receive(message: ServerMessage__Output): void {
    if (this.#backoffMs !== FIRST_BACKOFF_MS) {
      this.#backoffMs = FIRST_BACKOFF_MS;
      this.#options.log.info('policy server connected');
    }
    this.#options.confirm();
    if (message.stats) {
      const counters = (message.stats.counters ?? []).map(({ name, label, value }) => ({
        name,
        label,
        value: Number(value),
      }));
      this.#options.onFleetStats(message.stats.pods, counters);
    }
    if (message.header) {
      const seal = fromSnapshotHeader(message.header);
      const begun = seal === undefined ? 'too_large' : SnapshotAssembly.begin(seal);
      this.#assembly = begun === 'too_large' ? undefined : begun;
      if (begun === 'too_large') {
        const position = {
          epoch: Number(message.header.position?.epoch ?? 0),
          revision: Number(message.header.position?.revision ?? 0),
        };
        this.#refuse(position, 'too_large', '');
      }
    }
    if (message.chunk && this.#assembly !== undefined)
      this.#take(this.#assembly, message.chunk.index, message.chunk.data);
  }

  #take(assembly: SnapshotAssembly, index: number, data: Uint8Array): void {
    const step = assembly.add(index, data);
    if (step === 'more') return;
    this.#assembly = undefined;
    if (step === 'out_of_order') {
      this.#stream?.write({ snapshotWanted: {} });
      return;
    }
    const outcome = this.#options.apply(assembly.sealed());
    if (outcome.outcome === 'refused') {
      this.#refuse(assembly.seal, outcome.reason, outcome.path);
      return;
    }
    const applyMs = outcome.outcome === 'applied' ? Math.round(outcome.applyMs) : 0;
    this.#stream?.write({ ack: { position: wirePosition(assembly.seal), applyMs: String(applyMs) } });
  }

  #refuse(position: SnapshotPosition, reason: string, path: string): void {
    this.#options.log.error({ revision: position.revision, reason, path }, 'snapshot refused');
    this.#stream?.write({ nack: { position: wirePosition(position), reason, path } });
  }
}

function wirePosition(position: SnapshotPosition): { epoch: string; revision: string } {
  return { epoch: String(position.epoch), revision: String(position.revision) };
}
