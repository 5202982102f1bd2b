import { describe, expect, it } from 'vitest';
import type { FleetPod } from '../fleet/fleet-pod.ts';
import { attentionItems } from './attention.ts';

const healthy: FleetPod = {
  podId: 'pod-1',
  version: '0.1.0',
  address: '127.0.0.1',
  state: 'serving',
  isLive: true,
  lastSeenAt: '2026-11-22T08:00:00Z',
  appliedRevision: 7,
  spoolShare: 0,
  missingCredentials: [],
  openCircuits: [],
  clockSkewMs: 0,
  degraded: [],
};

function texts(pods: readonly FleetPod[]): string[] {
  return attentionItems({ revision: 7, pods }).map(({ level, text }) => `${level}: ${text}`);
}

describe('attentionItems', () => {
  it('is silent about a healthy fleet and people far from their limits', () => {
    const people = [{ principal: 'u', usedShare: 0.79 }];

    expect(attentionItems({ revision: 7, pods: [healthy], people })).toEqual([]);
  });

  it('puts a fleet without pods first', () => {
    expect(texts([{ ...healthy, isLive: false }])).toEqual(['critical: No pod is connected']);
  });

  it('tells a refusal from a pod that is merely behind', () => {
    const refusal = { revision: 7, reason: 'unknown tier', path: 'tiers' };
    const refusing = { ...healthy, podId: 'pod-2', appliedRevision: 6, refusal };
    const behind = { ...healthy, podId: 'pod-3', appliedRevision: 6 };

    expect(texts([behind, refusing])).toEqual([
      'critical: pod-2 refused revision 7',
      'warning: pod-3 is still on revision 6',
    ]);
  });

  it('forgets a refusal that a newer revision has healed', () => {
    const refusal = { revision: 5, reason: 'old', path: '' };

    expect(texts([{ ...healthy, refusal }])).toEqual([]);
  });

  it('names those who are at a limit before those who are near one', () => {
    const people = [
      { principal: 'near', usedShare: 0.9 },
      { principal: 'over', email: 'over@example.test', usedShare: 1.2 },
    ];

    expect(attentionItems({ revision: 7, people }).map(({ text }) => text)).toEqual([
      'over@example.test has used up a budget',
      'near is near a budget',
    ]);
  });
});
