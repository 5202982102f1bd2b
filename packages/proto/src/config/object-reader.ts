// Reads one object with known members: what is asked for is known, what remains at the end is unknown and refused.
import { type JsonNode, type JsonObject, presentMember } from '../json/json-node.ts';
import type { Place } from './config-reading.ts';
import { nearestName } from './nearest-name.ts';
import { kindOf, type Reader } from './read-value.ts';
import { replacementOf } from './replaced-fields.ts';

/** One object while it is read. Ask for every member, then call `end`. */
export class ObjectReader {
  readonly place: Place;
  readonly #node: JsonObject;
  readonly #known = new Set<string>();

  constructor(node: JsonObject, place: Place) {
    this.#node = node;
    this.place = place;
  }

  /** A member that may be absent (or null, which is absent). */
  optional<T>(name: string, reader: Reader<T>): T | undefined {
    this.#known.add(name);
    const node = presentMember(this.#node, name);
    return node === undefined ? undefined : reader(node, this.place.at(name));
  }

  /** A member with a default. After a problem the default stands in; the outcome is refused anyway. */
  withDefault<T>(name: string, reader: Reader<T>, fallback: T): T {
    return this.optional(name, reader) ?? fallback;
  }

  /** A member that must be there. After a problem the stand-in keeps the reading going. */
  required<T>(name: string, reader: Reader<T>, standIn: T): T {
    if (!this.has(name)) this.place.at(name).refuse('is required');
    return this.optional(name, reader) ?? standIn;
  }

  /** True when the member is present and not null. */
  has(name: string): boolean {
    return presentMember(this.#node, name) !== undefined;
  }

  /** Reports every member that was never asked for: replaced, or unknown with the nearest known name. */
  end(): void {
    for (const name of this.#node.members.keys()) {
      if (name.startsWith('_') || this.#known.has(name)) continue;
      const at = this.place.at(name);
      const replacement = replacementOf(at.steps);
      if (replacement !== undefined) {
        at.replace(replacement);
        continue;
      }
      const nearest = nearestName(name, [...this.#known]);
      at.refuse(nearest === undefined ? 'is not a known field' : `is not a known field; did you mean "${nearest}"?`);
    }
  }
}

/** A reader of objects: `read` asks for the members, and whatever it does not ask for is unknown. */
export function object<T>(read: (fields: ObjectReader) => T): Reader<T> {
  return (node: JsonNode, place: Place) => {
    if (node.kind !== 'object') return place.refuse(`expected an object, found ${kindOf(node)}`);
    const fields = new ObjectReader(node, place);
    const value = read(fields);
    fields.end();
    return value;
  };
}

/** Names of members that may be undefined. */
type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** The same object without its undefined members, typed so. */
export type Stated<T> = Omit<T, Optional<T>> & { [K in Optional<T>]?: Exclude<T[K], undefined> };

/** Leaves out what was not stated: an absent member and an undefined one are not the same in a digest. */
export function stated<T extends object>(members: T): Stated<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Stated<T>;
}
