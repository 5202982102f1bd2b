import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarPeriod } from './calendar-period.ts';

const at = (text: string) => Date.parse(text);
const period = (window: Parameters<typeof calendarPeriod>[0], zone: string, now: string) => {
  const { startMs, endMs } = calendarPeriod(window, zone, at(now));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

describe('a calendar period', () => {
  test.each([
    ['day', 'UTC', '2026-02-28T23:59:59.999Z', '2026-02-28T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['day', 'Asia/Kathmandu', '2026-06-01T20:00:00Z', '2026-06-01T18:15:00.000Z', '2026-06-02T18:15:00.000Z'],
    // 23 and 25 hours long.
    ['day', 'Europe/Berlin', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['day', 'Europe/Berlin', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    // Midnight does not exist: the day begins at one.
    ['day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    ['day', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', '2018-11-03T03:00:00.000Z', '2018-11-04T03:00:00.000Z'],
    ['day', 'Asia/Beirut', '2022-03-27T12:00:00Z', '2022-03-26T22:00:00.000Z', '2022-03-27T21:00:00.000Z'],
    // Midnight happens twice: the clock goes back from it, or to it.
    ['day', 'America/Sao_Paulo', '2019-02-16T12:00:00Z', '2019-02-16T02:00:00.000Z', '2019-02-17T03:00:00.000Z'],
    ['day', 'America/Havana', '2022-11-06T12:00:00Z', '2022-11-06T04:00:00.000Z', '2022-11-07T05:00:00.000Z'],
    ['month', 'America/New_York', '2026-03-15T12:00:00Z', '2026-03-01T05:00:00.000Z', '2026-04-01T04:00:00.000Z'],
    ['month', 'UTC', '2026-12-31T23:00:00Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['quarter', 'UTC', '2026-06-30T23:00:00Z', '2026-04-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'],
    ['quarter', 'Pacific/Auckland', '2026-12-31T23:00:00Z', '2026-12-31T11:00:00.000Z', '2027-03-31T11:00:00.000Z'],
    ['year', 'Asia/Tokyo', '2026-12-31T16:00:00Z', '2026-12-31T15:00:00.000Z', '2027-12-31T15:00:00.000Z'],
    ['hour', 'Asia/Kolkata', '2026-01-01T10:45:00Z', '2026-01-01T10:00:00.000Z', '2026-01-01T11:00:00.000Z'],
  ] as const)('%s in %s at %s', (window, zone, now, start, end) => {
    expect(period(window, zone, now)).toEqual([start, end]);
  });

  test('holds its instant, and the next one begins where it ends, in any zone', () => {
    const zones = [
      'UTC',
      'America/Sao_Paulo',
      'Asia/Beirut',
      'America/Havana',
      'Australia/Lord_Howe',
      'Atlantic/Azores',
    ];
    const instant = fc.integer({ min: at('2010-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') });

    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom('day', 'month', 'quarter', 'year' as const),
        instant,
        (zone, window, now) => {
          const { startMs, endMs } = calendarPeriod(window as 'day', zone, now);
          const next = calendarPeriod(window as 'day', zone, endMs);

          expect(startMs).toBeLessThanOrEqual(now);
          expect(endMs).toBeGreaterThan(now);
          expect(next.startMs).toBe(endMs);
          expect(calendarPeriod(window as 'day', zone, endMs - 1)).toEqual({ startMs, endMs });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('refuses a zone that does not exist', () => {
    expect(() => calendarPeriod('day', 'Mars/Olympus', 0)).toThrow(RangeError);
  });
});
