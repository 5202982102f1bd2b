// The small typed readers that the configuration is made of. A reader returns its value, or reports a problem at its
// place and returns undefined; readers combine, and reading goes on so that all problems come at once.
import { parseDecimal } from '../json/decimal.ts';
import { type JsonNode, numberSource } from '../json/json-node.ts';
import type { Place } from './config-reading.ts';

/** Reads one value. */
export type Reader<T> = (node: JsonNode, place: Place) => T | undefined;

/** No configured string is longer; also keeps messages short. */
const MAX_TEXT_LENGTH = 4096;

/** A string without control characters, not empty; `shape` says what is expected where it does not match. */
export function text(pattern?: RegExp, shape?: string): Reader<string> {
  return (node, place) => {
    if (node.kind !== 'string') return place.refuse(`expected ${shape ?? 'a string'}, found ${kindOf(node)}`);
    if (node.value.length === 0 || node.value.length > MAX_TEXT_LENGTH)
      return place.refuse(`expected 1 to ${MAX_TEXT_LENGTH} characters, found ${node.value.length}`);
    if (hasControlCharacter(node.value)) return place.refuse('control characters are not allowed');
    if (pattern !== undefined && !pattern.test(node.value))
      return place.refuse(`expected ${shape}, found ${shown(node)}`);
    return node.value;
  };
}

/** The name of an environment variable. */
export const environmentName: Reader<string> = text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');

/** `true` or `false`; nothing is coerced. */
export const boolean: Reader<boolean> = (node, place) => {
  if (node.kind === 'true') return true;
  if (node.kind === 'false') return false;
  return place.refuse(`expected true or false, found ${shown(node, place)}`);
};

/** An integer within bounds. */
export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (node, place) => {
    const value = node.kind === 'number' ? parseDecimal(numberSource(place.text, node), 0) : undefined;
    if (value === undefined || value < BigInt(minimum) || value > BigInt(maximum))
      return place.refuse(`expected an integer from ${minimum} to ${maximum}, found ${shown(node, place)}`);
    return Number(value);
  };
}

/**
 * A decimal (JSON number or string) as an integer of `10^-fractionDigits` units, exact to its source text and never
 * negative.
 */
export function scaledDecimal(fractionDigits: number, maximumUnits: number, what: string): Reader<number> {
  return (node, place) => {
    const source = node.kind === 'number' ? numberSource(place.text, node) : node.kind === 'string' ? node.value : '';
    const units = parseDecimal(source, fractionDigits);
    if (units !== undefined && units >= 0n && units <= BigInt(maximumUnits)) return Number(units);
    const limit = maximumUnits / 10 ** fractionDigits;
    return place.refuse(
      `expected ${what} from 0 to ${limit} with at most ${fractionDigits} decimals, found ${shown(node, place)}`,
    );
  };
}

/** One of a closed set of strings, exactly as written. */
export function oneOf<const T extends string>(...allowed: readonly T[]): Reader<T> {
  return (node, place) => {
    const found = node.kind === 'string' ? allowed.find((value) => value === node.value) : undefined;
    return found ?? place.refuse(`expected one of ${allowed.join(', ')}, found ${shown(node, place)}`);
  };
}

/** An array whose items all read. */
export function list<T>(item: Reader<T>, minimum = 0): Reader<readonly T[]> {
  return (node, place) => {
    if (node.kind !== 'array') return place.refuse(`expected an array, found ${kindOf(node)}`);
    if (node.items.length < minimum)
      return place.refuse(`expected at least ${minimum} item${minimum === 1 ? '' : 's'}`);
    return node.items.flatMap((child, index) => item(child, place.at(index)) ?? []);
  };
}

/** One value, or an array of them. */
export function oneOrList<T>(item: Reader<T>): Reader<readonly T[]> {
  return (node, place) => {
    if (node.kind === 'array') return list(item, 1)(node, place);
    const value = item(node, place);
    return value === undefined ? undefined : [value];
  };
}

/** An object whose names are free; names that begin with `_` are notes. Its order is the file's. */
export function record<T>(value: Reader<T>, name?: Reader<string>): Reader<Readonly<Record<string, T>>> {
  return (node, place) => {
    if (node.kind !== 'object') return place.refuse(`expected an object, found ${kindOf(node)}`);
    const entries: [string, T][] = [];
    for (const member of node.members.values()) {
      if (member.name.startsWith('_') || member.value.kind === 'null') continue;
      const at = place.at(member.name);
      if (name !== undefined && name({ kind: 'string', start: 0, end: 0, value: member.name }, at) === undefined)
        continue;
      const read = value(member.value, at);
      if (read !== undefined) entries.push([member.name, read]);
    }
    // Object.fromEntries defines own members, so that a user called `__proto__` is data.
    return Object.fromEntries(entries);
  };
}

/** A value's kind for messages. */
export function kindOf(node: JsonNode): string {
  if (node.kind === 'object' || node.kind === 'array') return `an ${node.kind}`;
  return node.kind === 'string' || node.kind === 'number' ? `a ${node.kind}` : node.kind;
}

/** A value as a message may show it: short, and never a whole structure. */
function shown(node: JsonNode, place?: Place): string {
  if (node.kind === 'string') return JSON.stringify(node.value.slice(0, 80));
  if (node.kind === 'number' && place !== undefined) return numberSource(place.text, node).slice(0, 40);
  return kindOf(node);
}

function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
