// Calendar windows: the day, month, quarter or year that holds an instant in a time zone, as instants.
import type { BudgetWindow } from '@secrouter/proto';

export interface CalendarPeriod {
  readonly startMs: number;
  readonly endMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The period of `window` in `zone` that contains `nowMs`. Throws RangeError for an unknown zone. */
export function calendarPeriod(window: BudgetWindow, zone: string, nowMs: number): CalendarPeriod {
  if (window === 'minute') return fixedPeriod(nowMs, MINUTE_MS);
  if (window === 'hour') return fixedPeriod(nowMs, HOUR_MS);
  const [year, month, day] = localDate(zone, nowMs);
  const first = window === 'year' ? 0 : window === 'quarter' ? Math.floor(month / 3) * 3 : month;
  if (window === 'day')
    return { startMs: instantOf(zone, year, month, day), endMs: instantOf(zone, year, month, day + 1) };
  const months = window === 'year' ? 12 : window === 'quarter' ? 3 : 1;
  return { startMs: instantOf(zone, year, first, 1), endMs: instantOf(zone, year, first + months, 1) };
}

function fixedPeriod(nowMs: number, lengthMs: number): CalendarPeriod {
  const startMs = Math.floor(nowMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}

// Local midnight as an instant. The offset is looked up twice, because it may change between the guess and the answer;
// where midnight does not exist (a clock put forward at midnight) the first instant after it is taken.
function instantOf(zone: string, year: number, month: number, day: number): number {
  const wanted = Date.UTC(year, month, day);
  let guess = wanted - offsetMs(zone, wanted);
  guess = wanted - offsetMs(zone, guess);
  const [gotYear, gotMonth, gotDay] = localDate(zone, guess);
  return Date.UTC(gotYear, gotMonth, gotDay) < wanted
    ? guess + offsetMs(zone, guess + DAY_MS) - offsetMs(zone, guess)
    : guess;
}

function offsetMs(zone: string, instantMs: number): number {
  const parts = Object.fromEntries(
    formatter(zone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
}

function localDate(zone: string, instantMs: number): [year: number, month: number, day: number] {
  const shifted = new Date(instantMs + offsetMs(zone, instantMs));
  return [shifted.getUTCFullYear(), shifted.getUTCMonth(), shifted.getUTCDate()];
}

const formatters = new Map<string, Intl.DateTimeFormat>();

// Building one takes about 50 µs; zones come from the configuration, so the map stays small.
function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, made);
  return made;
}
