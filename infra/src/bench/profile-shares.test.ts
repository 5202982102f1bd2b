// What a CPU profile says, summed by concern and by function.
import { describe, expect, it } from 'vitest';
import { type CpuProfile, profileShares } from './profile-shares.ts';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber });
const ROOT = '/project';
const STAGES = 'file:///project/packages/dataplane/src/stages/classify.ts';

// (root) -> decideTier -> scanText -> indexOf; (root) -> (idle); (root) -> writev
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5, 6] },
    { id: 2, callFrame: frame('decideTier', STAGES, 9), children: [3] },
    { id: 3, callFrame: frame('scanText', 'file:///project/packages/classifier/src/scan-text.ts', 31), children: [4] },
    { id: 4, callFrame: frame('indexOf') },
    { id: 5, callFrame: frame('(idle)') },
    { id: 6, callFrame: frame('writev') },
  ],
  startTime: 1_000,
  samples: [2, 3, 4, 5, 6],
  // The last one closes the last sample; V8 writes as many as there are samples, and the last sample then counts nothing.
  timeDeltas: [100, 100, 200, 300, 1_000, 400],
};

describe('the shares of a profile', () => {
  it('give native time to the nearest caller with a concern, and leave idle time out', () => {
    const shares = profileShares(PROFILE, ROOT);

    expect(shares.idleMs).toBe(1);
    expect(shares.busyMs).toBe(1);
    expect(shares.concerns).toEqual([
      { name: 'classifier', part: 0.5 },
      { name: "Node's HTTP, sockets, timers", part: 0.4 },
      { name: 'our stages', part: 0.1 },
    ]);
  });

  it('separate our own functions from others, and name file and line', () => {
    const shares = profileShares(PROFILE, ROOT);

    expect(shares.ownFunctions).toEqual([
      { name: 'scanText packages/classifier/src/scan-text.ts:32', part: 0.2 },
      { name: 'decideTier packages/dataplane/src/stages/classify.ts:10', part: 0.1 },
    ]);
    expect(shares.ownTotals[0]).toEqual({ name: 'decideTier packages/dataplane/src/stages/classify.ts:10', part: 0.6 });
    expect(shares.otherFunctions.map(({ name }) => name)).toEqual(['writev', 'indexOf']);
  });

  it('look only at the span that is asked for', () => {
    const shares = profileShares(PROFILE, ROOT, { fromUs: 1_150, toUs: 1_250 });

    expect(shares.busyMs).toBe(0.2);
    expect(shares.ownFunctions).toEqual([{ name: 'scanText packages/classifier/src/scan-text.ts:32', part: 1 }]);
  });
});
