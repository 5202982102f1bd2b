// Everything that governing a request needs, built once by the composition root.
import type { Logger } from 'pino';
import type { EventStream } from '../events/event-stream.ts';
import type { Spool } from '../events/spool.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import type { RequestSlots } from '../identity/request-slots.ts';
import type { PodMetrics } from '../observe/pod-metrics.ts';
import type { RefusalTrail } from '../observe/refusal-trail.ts';
import type { PolicyHolder } from '../policy/apply-snapshot.ts';
import type { ReadPool } from '../read-worker/read-pool.ts';
import type { BudgetStore } from '../redis/budget-store.ts';
import type { Authenticator } from '../stages/authenticate.ts';
import type { ForwardDependencies } from '../stages/forward.ts';
import type { RunningRequests } from './running-requests.ts';

export interface PodServices {
  readonly cell: string;
  readonly podId: string;
  readonly policies: PolicyHolder;
  readonly authenticator: Authenticator;
  readonly store: BudgetStore;
  readonly events: EventStream;
  readonly spool: Spool;
  readonly forwarding: ForwardDependencies;
  readonly bytesInFlight: ByteBudget;
  readonly reading: ReadPool;
  readonly trail: RefusalTrail;
  readonly metrics: PodMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Requests that run, so that a shutdown can wait for them and end the rest. */
  readonly running: RunningRequests;
  readonly slots: RequestSlots;
}
