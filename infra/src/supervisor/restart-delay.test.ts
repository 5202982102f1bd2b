// Restarts back off and are bounded.
import { describe, expect, it } from 'vitest';
import { restartDelayMs } from './restart-delay.ts';

describe('the delay before a restart', () => {
  it('doubles from half a second', () => {
    expect([[], [0], [0, 600]].map((times) => restartDelayMs(times, 1_000))).toEqual([500, 1_000, 2_000]);
  });

  it('forgets restarts older than a minute', () => {
    expect(restartDelayMs([0, 1_000], 70_000)).toBe(500);
  });

  it('never allows a sixth restart within a minute, however quickly the component dies', () => {
    const restarts: number[] = [];
    for (let nowMs = 0; restarts.length < 30; ) {
      nowMs += restartDelayMs(restarts, nowMs);
      restarts.push(nowMs);
    }

    const spans = restarts.slice(5).map((time, index) => time - (restarts[index] ?? 0));
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(60_000);
  });
});
