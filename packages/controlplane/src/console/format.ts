// Numbers, money and times as people read them. One locale and one zone, so that the server's and the browser's
// renderings are the same text and two administrators compare the same row.

const LOCALE = 'en-US';
const integer = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat(LOCALE, { style: 'currency', currency: 'USD' });
const smallDollars = new Intl.NumberFormat(LOCALE, { style: 'currency', currency: 'USD', maximumSignificantDigits: 3 });
const microDollars = new Intl.NumberFormat(LOCALE, {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
});
const exactDollars = new Intl.NumberFormat(LOCALE, { style: 'currency', currency: 'USD', minimumFractionDigits: 6 });
const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 0 });

/** 12,345 */
export function formatCount(value: number): string {
  return integer.format(value);
}

/** 12.3K */
export function formatCompact(value: number): string {
  return compact.format(value);
}

/** Dollars to the cent, and below ten cents to three digits, so that little is not nothing: $1,204.50, $0.0213. */
export function formatDollars(usd: number): string {
  return usd !== 0 && Math.abs(usd) < 0.1 ? smallDollars.format(usd) : cents.format(usd);
}

/** Dollars exact to the micro-dollar, always to six digits, so that columns line up: $0.021300. */
export function formatExactDollars(usd: number): string {
  return exactDollars.format(usd);
}

/** A limit as written: $25, $0.50, $12.5 never. */
export function formatLimitDollars(usd: number): string {
  return Number.isInteger(usd) ? `$${integer.format(usd)}` : microDollars.format(usd);
}

/** 0.42 -> 42% */
export function formatPercent(share: number): string {
  return percent.format(share);
}

/** 2026-11-22 08:27:51 UTC */
export function formatTime(time: Date | string): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** 22 Nov */
export function formatDay(day: string): string {
  return new Date(`${day.slice(0, 10)}T00:00:00Z`).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
}

const AGE_STEPS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** How long ago, in the largest whole unit: 3 min ago. */
export function formatAge(time: Date | string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - new Date(time).getTime()) / 1000));
  const step = AGE_STEPS.find(([unitSeconds]) => seconds >= unitSeconds);
  return step === undefined ? 'just now' : `${Math.floor(seconds / step[0])} ${step[1]} ago`;
}

/** The change against the period before; undefined where there was nothing to compare with. */
export function changeAgainst(current: number, before: number): number | undefined {
  return before === 0 ? undefined : (current - before) / before;
}

/** 42 ms, 1.4 s */
export function formatDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
