import { describe, expect, it } from 'vitest';
import { cleanText, toFleetStats, toIntroduction, toPosition } from './pod-messages.ts';

const hello = { nodeId: 'pod-1', podVersion: '1.0', cell: 'main', applied: null, snapshotVersions: [] };

describe('what a pod says', () => {
  it('is taken with its applied position', () => {
    const pod = toIntroduction({ ...hello, applied: { epoch: '2', revision: '17' } }, '127.0.0.1:5');

    expect(pod).toEqual({
      nodeId: 'pod-1',
      podVersion: '1.0',
      address: '127.0.0.1:5',
      applied: { epoch: 2, revision: 17 },
    });
  });

  it.each(['', 'a\0b', 'x'.repeat(256)])('is refused with the unusable id %j', (nodeId) => {
    expect(toIntroduction({ ...hello, nodeId }, '')).toBeUndefined();
  });

  it('has no position where the numbers are unsafe', () => {
    expect(toPosition({ epoch: '1', revision: '9007199254740993' })).toBeUndefined();
    expect(toPosition(null)).toBeUndefined();
  });

  it('loses control characters and its overlength', () => {
    expect(cleanText('a\0\nb', 2)).toBe('ab');
    expect(cleanText('abc', 2)).toBe('ab');
  });
});

describe('fleet statistics', () => {
  it('sum the others by name and label, without the receiver', () => {
    const counter = (value: number) => [{ name: 'requests', label: 'ok', value }];
    const pods = [
      { nodeId: 'a', counters: counter(1) },
      { nodeId: 'b', counters: counter(2) },
      { nodeId: 'c', counters: [...counter(3), { name: 'refusals', label: 'x', value: 1 }] },
    ];

    expect(toFleetStats(pods, 'a')).toEqual({
      stats: {
        pods: 2,
        counters: [
          { name: 'requests', label: 'ok', value: '5' },
          { name: 'refusals', label: 'x', value: '1' },
        ],
      },
    });
  });
});
