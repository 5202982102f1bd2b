// How far a revision has come over the fleet. Pure.
import type { FleetPod } from './fleet-pod.ts';

export interface PushState {
  /** Live pods; others get the revision when they come back. */
  readonly pods: number;
  readonly applied: number;
  readonly slowestApplyMs?: number;
  readonly refusals: readonly { readonly podId: string; readonly reason: string }[];
}

/** Counts the live pods that have applied the revision or refused it. A newer one contains it. */
export function pushState(pods: readonly FleetPod[], revision: number): PushState {
  const live = pods.filter((pod) => pod.isLive);
  const applied = live.filter((pod) => (pod.appliedRevision ?? 0) >= revision);
  const times = applied.flatMap((pod) => (pod.appliedRevision === revision ? (pod.applyMs ?? []) : []));
  const refusals = live.flatMap((pod) =>
    (pod.appliedRevision ?? 0) < revision && pod.refusal?.revision === revision
      ? [{ podId: pod.podId, reason: pod.refusal.reason }]
      : [],
  );
  return {
    pods: live.length,
    applied: applied.length,
    ...(times.length === 0 ? {} : { slowestApplyMs: Math.max(...times) }),
    refusals,
  };
}
