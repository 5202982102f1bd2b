// A usage row is money: an odd character in somebody's header must not keep it out of the ledger.
import type { IngestItem } from './parse-batch.ts';

/** PostgreSQL stores no NUL as text, and a lone surrogate has no UTF-8 form. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is the character that is looked for
const UNSTORABLE = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const REPLACEMENT = '\ufffd';

/** The same item when all of its text can be stored; else one with U+FFFD in the place of what cannot. */
export function toStorable(item: IngestItem): IngestItem {
  const entry = cleaned(item.entry) as IngestItem['entry'];
  return JSON.stringify(entry) === JSON.stringify(item.entry) ? item : { ...item, entry };
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(UNSTORABLE, REPLACEMENT);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replace(UNSTORABLE, REPLACEMENT), cleaned(member)]),
  );
}
