// From the judged tree to plain values, and from plain values to the one canonical text that digests and signatures
// cover (RFC 8785).
import { type JsonNode, numberSource } from './json-node.ts';

/** Deeper values than any reader lets through are a cycle or a mistake. */
export const maxCanonicalDepth = 512;

/** Plain arrays, strings, numbers, booleans, null, and objects without a prototype, so that `__proto__` is data. */
export function toPlainValue(text: string, node: JsonNode): unknown {
  switch (node.kind) {
    case 'object': {
      const plain: Record<string, unknown> = Object.create(null);
      for (const member of node.members.values()) plain[member.name] = toPlainValue(text, member.value);
      return plain;
    }
    case 'array':
      return node.items.map((item) => toPlainValue(text, item));
    case 'string':
      return node.value;
    case 'number':
      return Number(numberSource(text, node));
    case 'null':
      return null;
    default:
      return node.kind === 'true';
  }
}

/**
 * RFC 8785: members sorted by UTF-16 code units, ECMAScript numbers, no blanks. Whatever JSON cannot say exactly
 * (undefined, bigint, NaN, functions, class instances, lone surrogates) throws, because a digest over a silently
 * changed value proves nothing.
 */
export function canonicalJson(value: unknown): string {
  return canonical(value, 1);
}

function canonical(value: unknown, depth: number): string {
  if (depth > maxCanonicalDepth) throw new TypeError('canonical JSON: nested too deeply');
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => canonical(item, depth + 1)).join(',')}]`;
  if (isPlainObject(value)) return canonicalObject(value, depth);
  throw new TypeError(`canonical JSON: a value of type ${typeof value} has no JSON form`);
}

function canonicalObject(value: Readonly<Record<string, unknown>>, depth: number): string {
  const members = Object.keys(value)
    .sort() // the default order is by UTF-16 code units, which is RFC 8785 section 3.2.3
    .map((name) => `${canonicalString(name)}:${canonical(value[name], depth + 1)}`);
  return `{${members.join(',')}}`;
}

function canonicalString(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('canonical JSON: a lone surrogate has no UTF-8 form');
  return JSON.stringify(value);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('canonical JSON: numbers are finite');
  return String(value);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
