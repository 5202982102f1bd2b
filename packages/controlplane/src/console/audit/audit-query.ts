// The trail's filters as they stand in the address. Dates are whole days of UTC; "To" includes its day.

export type SearchParams = Readonly<Record<string, string | readonly string[] | undefined>>;

const FILTERS = ['search', 'type', 'outcome', 'principal', 'since', 'until'] as const;
type Filter = (typeof FILTERS)[number];

/** Filters that are set; dates as `YYYY-MM-DD`. */
export type AuditFilterValues = Readonly<Partial<Record<Filter, string>>>;

const DAY_PATTERN = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const MAX_FILTER_LENGTH = 255;

/** Reads the filters; what is malformed counts as not set. */
export function readAuditFilters(params: SearchParams): AuditFilterValues {
  const values: Partial<Record<Filter, string>> = {};
  for (const filter of FILTERS) {
    const value = oneOf(params, filter);
    const isDay = filter === 'since' || filter === 'until';
    if (value === undefined || (isDay && dayStart(value) === undefined)) continue;
    values[filter] = value;
  }
  return values;
}

/** The search text alone. */
export function readSearch(params: SearchParams): string | undefined {
  return oneOf(params, 'search');
}

/** The cursor of a page, when it is not the first. */
export function readCursor(params: SearchParams): string | undefined {
  return oneOf(params, 'cursor');
}

/** The filters as the admin API takes them: `until` is the first moment that is left out. */
export function toAuditQuery(values: AuditFilterValues): URLSearchParams {
  const query = new URLSearchParams();
  for (const filter of FILTERS) {
    const value = values[filter];
    if (value === undefined) continue;
    if (filter === 'since') query.set(filter, new Date(dayStart(value) ?? 0).toISOString());
    else if (filter === 'until') query.set(filter, new Date((dayStart(value) ?? 0) + DAY_MS).toISOString());
    else query.set(filter, value);
  }
  return query;
}

/** The address of the page after this one. */
export function auditPageHref(values: AuditFilterValues, cursor?: string): string {
  const query = new URLSearchParams({ ...values, ...(cursor === undefined ? {} : { cursor }) });
  return query.size === 0 ? '/audit' : `/audit?${query}`;
}

function oneOf(params: SearchParams, name: string): string | undefined {
  const value = params[name];
  const text = typeof value === 'string' ? value.trim() : undefined;
  return text === undefined || text === '' || text.length > MAX_FILTER_LENGTH ? undefined : text;
}

function dayStart(day: string): number | undefined {
  const time = DAY_PATTERN.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
