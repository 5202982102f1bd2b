import { describe, expect, it } from 'vitest';
import type { FleetPod } from '../../db/config-queries.ts';
import { describeFleet } from './read-fleet.ts';

const newest = { epoch: 1, revision: 418, createdAt: '2026-01-01T00:00:00.000Z' };
const pod = (podId: string, revision: number, at: string | null, isLive = true): FleetPod => ({
  podId,
  version: '1',
  address: 'a',
  state: 'ready',
  isLive,
  since: newest.createdAt,
  lastSeenAt: newest.createdAt,
  applied: { epoch: 1, revision, at, applyMs: 3 },
  refused: null,
  report: {},
});

describe('describeFleet', () => {
  it('counts live pods on the newest revision and the slowest of them', () => {
    const fleet = describeFleet(newest, [
      pod('pod-1', 418, '2026-01-01T00:00:00.020Z'),
      pod('pod-2', 418, '2026-01-01T00:00:00.140Z'),
      pod('pod-3', 417, '2025-12-31T00:00:00.000Z'),
      pod('gone', 418, '2026-01-01T00:00:09.000Z', false),
    ]);

    expect(fleet).toMatchObject({ livePods: 3, podsOnRevision: 2, slowestApplyMs: 140 });
    expect(fleet.pods.map(({ isOnRevision, lagMs }) => [isOnRevision, lagMs])).toEqual([
      [true, 20],
      [true, 140],
      [false, null],
      [true, 9_000],
    ]);
  });

  it('says nothing about time before a pod has acknowledged, and never a negative one', () => {
    expect(describeFleet(newest, [pod('p', 418, null)]).slowestApplyMs).toBeNull();
    expect(describeFleet(newest, [pod('p', 418, '2025-12-31T23:59:59.990Z')]).slowestApplyMs).toBe(0);
  });

  it('does not take the same number of another epoch for the newest', () => {
    const old = { ...pod('p', 418, null), applied: { epoch: 0, revision: 418, at: null, applyMs: null } };

    expect(describeFleet(newest, [old]).podsOnRevision).toBe(0);
  });
});
