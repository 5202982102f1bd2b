import { describe, expect, it } from 'vitest';
import { changeAgainst, formatAge, formatDollars, formatLimitDollars, formatTime } from './format.ts';

describe('formatDollars', () => {
  it.each([
    [0, '$0.00'],
    [0.000001, '$0.000001'],
    [0.026541, '$0.0265'],
    [0.02, '$0.02'],
    [0.21, '$0.21'],
    [1204.5, '$1,204.50'],
    [-3, '-$3.00'],
  ])('shows %d as %s', (usd, text) => {
    expect(formatDollars(usd)).toBe(text);
  });
});

describe('formatLimitDollars', () => {
  it('leaves out cents that a limit does not have', () => {
    expect([25, 0.5, 12.5, 0.000001].map(formatLimitDollars)).toEqual(['$25', '$0.50', '$12.50', '$0.000001']);
  });
});

describe('formatTime', () => {
  it('names the zone', () => {
    expect(formatTime('2026-11-22T08:27:51.123Z')).toBe('2026-11-22 08:27:51 UTC');
  });
});

describe('formatAge', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  it.each([
    ['2026-11-22T12:00:00Z', 'just now'],
    ['2026-11-22T11:59:18Z', '42 s ago'],
    ['2026-11-22T11:57:00Z', '3 min ago'],
    ['2026-11-20T11:00:00Z', '2 d ago'],
    ['2026-11-22T12:00:05Z', 'just now'],
  ])('reads %s as %s', (time, text) => {
    expect(formatAge(time, now)).toBe(text);
  });
});

describe('changeAgainst', () => {
  it('says nothing where there was nothing before', () => {
    expect(changeAgainst(5, 0)).toBeUndefined();
  });

  it('is the relative difference', () => {
    expect(changeAgainst(15, 10)).toBe(0.5);
  });
});
