// What needs somebody's attention, from what the pages read anyway. Pure.

import type { FleetPod } from '../fleet/fleet-pod.ts';
import { formatPercent } from '../format.ts';
import { NEAR_LIMIT_SHARE } from '../near-limit.ts';

export interface AttentionItem {
  readonly level: 'critical' | 'warning' | 'info';
  readonly text: string;
  readonly detail: string;
  readonly href: string;
}

export interface AttentionInput {
  readonly revision: number;
  /** Absent where the viewer may not see the fleet. */
  readonly pods?: readonly FleetPod[];
  readonly people?: readonly { readonly principal: string; readonly email?: string; readonly usedShare: number }[];
}

const LEVELS: readonly AttentionItem['level'][] = ['critical', 'warning', 'info'];
/** A spool this full will refuse requests soon. */
const SPOOL_WARNING_SHARE = 0.5;
/** Clocks this far apart make tokens and windows wrong. */
const SKEW_WARNING_MS = 5_000;
/** The list names this many people; the page behind it has all. */
const MAX_PEOPLE = 5;

/** All items, most urgent first. */
export function attentionItems(input: AttentionInput): readonly AttentionItem[] {
  const items = [...fleetItems(input), ...peopleItems(input)];
  return LEVELS.flatMap((level) => items.filter((item) => item.level === level));
}

function fleetItems({ pods, revision }: AttentionInput): AttentionItem[] {
  if (pods === undefined) return [];
  const live = pods.filter((pod) => pod.isLive);
  if (live.length === 0) {
    const detail = 'Traffic that is still flowing is governed by the last policy each pod has.';
    return [{ level: 'critical', text: 'No pod is connected', detail, href: '/fleet' }];
  }
  return live.flatMap((pod) => podItems(pod, revision));
}

function podItems(pod: FleetPod, revision: number): AttentionItem[] {
  const items: AttentionItem[] = [];
  const add = (level: AttentionItem['level'], text: string, detail: string) =>
    items.push({ level, text, detail, href: '/fleet' });
  if (pod.refusal !== undefined && pod.refusal.revision > (pod.appliedRevision ?? 0)) {
    add('critical', `${pod.podId} refused revision ${pod.refusal.revision}`, pod.refusal.reason);
  } else if ((pod.appliedRevision ?? 0) < revision) {
    const on = pod.appliedRevision === undefined ? 'has no policy yet' : `is still on revision ${pod.appliedRevision}`;
    add('warning', `${pod.podId} ${on}`, `The newest is ${revision}.`);
  }
  if (pod.missingCredentials.length > 0) {
    add('warning', `${pod.podId} lacks a credential`, pod.missingCredentials.join(', '));
  }
  for (const circuit of pod.openCircuits)
    add('warning', `${circuit} is not answering`, `Circuit open on ${pod.podId}.`);
  if (pod.spoolShare >= SPOOL_WARNING_SHARE) {
    add('warning', `${pod.podId} keeps events on its disk`, `Spool ${formatPercent(pod.spoolShare)} full.`);
  }
  if (Math.abs(pod.clockSkewMs) >= SKEW_WARNING_MS) {
    add('warning', `The clock of ${pod.podId} is off`, `By ${(pod.clockSkewMs / 1000).toFixed(1)} s.`);
  }
  if (pod.degraded.length > 0) add('info', `${pod.podId} runs degraded`, pod.degraded.join(', '));
  return items;
}

function peopleItems({ people }: AttentionInput): AttentionItem[] {
  return (people ?? [])
    .filter(({ usedShare }) => usedShare >= NEAR_LIMIT_SHARE)
    .sort((left, right) => right.usedShare - left.usedShare)
    .slice(0, MAX_PEOPLE)
    .map(({ principal, email, usedShare }) => ({
      level: usedShare >= 1 ? 'warning' : 'info',
      text: `${email ?? principal} ${usedShare >= 1 ? 'has used up a budget' : 'is near a budget'}`,
      detail: `${formatPercent(usedShare)} used.`,
      href: `/people/${encodeURIComponent(principal)}`,
    }));
}
