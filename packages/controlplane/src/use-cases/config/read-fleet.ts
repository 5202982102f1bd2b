// The fleet against the newest revision: who has it, how long it took, who refused it and why.
import type { ConsoleContext } from '../../context/console-context.ts';
import { type FleetPod, listPods } from '../../db/config-queries.ts';
import type { PublishedPolicy } from '../../policy/published-policy.ts';

export interface FleetView {
  readonly revision: number;
  readonly epoch: number;
  readonly createdAt: string;
  /** Live pods, and how many of them govern by the newest revision. */
  readonly livePods: number;
  readonly podsOnRevision: number;
  /** From publication to the last live pod's acknowledgement; null until one has acknowledged. */
  readonly slowestApplyMs: number | null;
  readonly pods: readonly PodView[];
}

export interface PodView extends FleetPod {
  readonly isOnRevision: boolean;
  /** From publication to this pod's acknowledgement, where it acknowledged the newest revision. */
  readonly lagMs: number | null;
}

/** Reads the fleet. */
export async function readFleet(context: ConsoleContext, published: PublishedPolicy): Promise<FleetView> {
  return describeFleet(published, await listPods(context.prisma, context.config.cell));
}

/** Compares pods with the newest revision. Pure. */
export function describeFleet(
  newest: Pick<PublishedPolicy, 'revision' | 'epoch' | 'createdAt'>,
  rows: readonly FleetPod[],
): FleetView {
  const { revision, epoch, createdAt } = newest;
  const pods = rows.map((pod): PodView => {
    const isOnRevision = pod.applied?.revision === revision && pod.applied.epoch === epoch;
    const at = isOnRevision ? (pod.applied?.at ?? null) : null;
    const lagMs = at === null ? null : Math.max(0, Date.parse(at) - Date.parse(createdAt));
    return { ...pod, isOnRevision, lagMs };
  });
  const live = pods.filter((pod) => pod.isLive);
  const lags = live.flatMap((pod) => (pod.lagMs === null ? [] : [pod.lagMs]));
  return {
    revision,
    epoch,
    createdAt,
    livePods: live.length,
    podsOnRevision: live.filter((pod) => pod.isOnRevision).length,
    slowestApplyMs: lags.length === 0 ? null : Math.max(...lags),
    pods,
  };
}
