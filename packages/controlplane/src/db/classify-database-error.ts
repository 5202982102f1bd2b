// What a failed write means for the work behind it: try again, or never again with this data.

/** `data`: this data will never fit. `retry`: anything else, from a lost connection to a full disk. */
export type DatabaseErrorKind = 'data' | 'retry';

/** Classes of SQLSTATE (PostgreSQL, appendix A) that speak of the data: 22 data exception, 23 integrity constraint. */
const DATA_CLASSES: ReadonlySet<string> = new Set(['22', '23']);

const UNIQUE_VIOLATION = '23505';

/** Judges an error by its SQLSTATE. One without is the connection's or ours, unless the canonical encoding refused a value. */
export function classifyDatabaseError(error: unknown): DatabaseErrorKind {
  if (error instanceof TypeError && error.message.startsWith('canonical JSON')) return 'data';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // Somebody else recorded the same event in between; the next look finds it.
  if (code === UNIQUE_VIOLATION) return 'retry';
  return typeof code === 'string' && code.length === 5 && DATA_CLASSES.has(code.slice(0, 2)) ? 'data' : 'retry';
}
