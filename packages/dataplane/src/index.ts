// The package's one door: a pod to start, its environment for documentation, and for their own suites the HTTP front,
// the budget store and the event stream.
export { type PodConfig, podEnvironmentSchema, readPodConfig } from './config.ts';
export { EventQueue } from './events/event-queue.ts';
export { EventStream } from './events/event-stream.ts';
export { readLeftSpools } from './events/left-spools.ts';
export { entriesToSend, recoverSpools } from './events/recover-spools.ts';
export { Spool } from './events/spool.ts';
export { clientAddress, compileCidrs } from './http/client-address.ts';
export { type ConsoleProxy, createConsoleProxy } from './http/console-proxy.ts';
export { HTTP_LIMITS, type HttpLimits } from './http/http-limits.ts';
export { ByteBudget, readBody, requireJson } from './http/read-body.ts';
export { sendRefusal } from './http/refusal-response.ts';
export { type Listener, startListener } from './http/start-listener.ts';
export type { ListenerTls } from './http/tls-context.ts';
export { type Pod, startPod } from './pod.ts';
export { LastKnownGood } from './policy/last-known-good.ts';
export { type BudgetCounter, countersFor } from './redis/budget-counter.ts';
export { BudgetStore, type CounterAmount, type ReserveReply } from './redis/budget-store.ts';
export { type ReadLimits, readRequest } from './stages/read.ts';
export { type BodyChanges, type UpstreamBody, upstreamBody } from './stages/upstream-body.ts';
