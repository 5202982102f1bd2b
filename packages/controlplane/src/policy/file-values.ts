// What the configuration file says at the places that can be overridden, in the file's own shape and without its notes.
import { CONFIG_JSON_LIMITS, parseStrictJson, toPlainValue } from '@secrouter/proto';

export interface FileValues {
  readonly policy: JsonRecord;
  readonly tiers: JsonRecord;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Reads the places from a text that was parsed and validated when it was published: what is missing here is missing there. */
export function fileValues(text: string): FileValues {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  const reading = parseStrictJson(source, CONFIG_JSON_LIMITS, 'jsonc');
  const root = reading.outcome === 'parsed' ? withoutNotes(toPlainValue(source, reading.root)) : {};
  return { policy: recordAt(recordAt(root, 'security'), 'policy'), tiers: recordAt(root, 'tiers') };
}

/** A member that is an object; an empty one where there is none. */
export function recordAt(value: unknown, name: string): JsonRecord {
  const member = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isRecord(member) ? member : {};
}

function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNotes);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.startsWith('_'))
      .map(([name, member]) => [name, withoutNotes(member)]),
  );
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
