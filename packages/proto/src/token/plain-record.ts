// Narrowing of untyped JSON values: one question, asked in several files.

/** An object read from JSON, of which nothing is known yet. */
export type PlainRecord = Readonly<Record<string, unknown>>;

/** True for JSON objects. */
export function isPlainRecord(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
