// The one strict JSON reader of both planes: RFC 8259 exactly, duplicates refused at any depth after escape decoding,
// so that no two parsers can disagree about what a request says. The tree keeps offsets into the text.
import { hardMaxJsonDepth, type JsonLimits, maxNumberLength } from './json-limits.ts';
import type { JsonArray, JsonMember, JsonNode, JsonObject, JsonString } from './json-node.ts';
import { scanNumber, scanString, skipBlank } from './scan-json-token.ts';

/** `json` is RFC 8259; `jsonc` adds comments and trailing commas, for files that people write. */
export type JsonDialect = 'json' | 'jsonc';

/** Why a text is not read. */
export type JsonProblem = 'invalid_json' | 'duplicate_key' | 'too_deep' | 'too_many';

/** A reading that stopped: where, and inside which value (`messages[2].content`). */
export interface JsonRefusal {
  readonly outcome: 'refused';
  readonly problem: JsonProblem;
  readonly offset: number;
  readonly path: string;
}

/** The tree of a text, or why there is none. */
export type JsonReading = { readonly outcome: 'parsed'; readonly root: JsonNode } | JsonRefusal;

/** A path names at most this many characters of the client's own keys. */
export const maxJsonPathLength = 256;

/** Reads one whole document; linear in its length, and nothing is repaired. */
export function parseStrictJson(text: string, limits: JsonLimits, dialect: JsonDialect = 'json'): JsonReading {
  if (!(limits.maxDepth <= hardMaxJsonDepth)) throw new RangeError(`maxDepth is at most ${hardMaxJsonDepth}`);
  const reader = new StrictJsonReader(text, limits, dialect === 'jsonc');
  try {
    return { outcome: 'parsed', root: reader.readDocument() };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { outcome: 'refused', problem: error.problem, offset: error.offset, path: reader.path() };
  }
}

/** Unwinds the recursion; never leaves this file. Not an Error: a refusal needs no stack trace. */
class Refused {
  readonly problem: JsonProblem;
  readonly offset: number;

  constructor(problem: JsonProblem, offset: number) {
    this.problem = problem;
    this.offset = offset;
  }
}

class StrictJsonReader {
  readonly #text: string;
  readonly #isLenient: boolean;
  readonly #maxDepth: number;
  readonly #maxMembers: number;
  readonly #maxItems: number;
  readonly #maxNodes: number;
  readonly #trail: (string | number)[] = [];
  #position = 0;
  #nodeCount = 0;

  constructor(text: string, limits: JsonLimits, isLenient: boolean) {
    this.#text = text;
    this.#isLenient = isLenient;
    this.#maxDepth = limits.maxDepth;
    this.#maxMembers = limits.maxMembers ?? Number.POSITIVE_INFINITY;
    this.#maxItems = limits.maxItems ?? Number.POSITIVE_INFINITY;
    this.#maxNodes = limits.maxNodes ?? Number.POSITIVE_INFINITY;
  }

  readDocument(): JsonNode {
    this.#skipBlank();
    const root = this.#readValue(1);
    this.#skipBlank();
    if (this.#position < this.#text.length) throw this.#invalid();
    return root;
  }

  path(): string {
    const whole = this.#trail.map(pathStep).join('');
    return whole.startsWith('.') ? whole.slice(1, maxJsonPathLength + 1) : whole.slice(0, maxJsonPathLength);
  }

  #readValue(depth: number): JsonNode {
    this.#nodeCount += 1;
    if (this.#nodeCount > this.#maxNodes) throw new Refused('too_many', this.#position);
    switch (this.#text.charCodeAt(this.#position)) {
      case 0x7b:
        return this.#readObject(depth);
      case 0x5b:
        return this.#readArray(depth);
      case 0x22:
        return this.#readString();
      case 0x74:
        return this.#readLiteral('true');
      case 0x66:
        return this.#readLiteral('false');
      case 0x6e:
        return this.#readLiteral('null');
      default:
        return this.#readNumber();
    }
  }

  #readObject(depth: number): JsonObject {
    const start = this.#open(depth);
    const members = new Map<string, JsonMember>();
    let isClosed = this.#closes(0x7d);
    while (!isClosed) {
      if (this.#text.charCodeAt(this.#position) !== 0x22) throw this.#invalid();
      if (members.size >= this.#maxMembers) throw new Refused('too_many', this.#position);
      const name = this.#readString();
      this.#trail.push(name.value);
      if (members.has(name.value)) throw new Refused('duplicate_key', name.start);
      this.#skipBlank();
      this.#expect(0x3a);
      this.#skipBlank();
      members.set(name.value, { name: name.value, nameStart: name.start, value: this.#readValue(depth + 1) });
      this.#trail.pop();
      isClosed = this.#endsOrContinues(0x7d);
    }
    return { kind: 'object', start, end: this.#position, members };
  }

  #readArray(depth: number): JsonArray {
    const start = this.#open(depth);
    const items: JsonNode[] = [];
    let isClosed = this.#closes(0x5d);
    while (!isClosed) {
      if (items.length >= this.#maxItems) throw new Refused('too_many', this.#position);
      this.#trail.push(items.length);
      items.push(this.#readValue(depth + 1));
      this.#trail.pop();
      isClosed = this.#endsOrContinues(0x5d);
    }
    return { kind: 'array', start, end: this.#position, items };
  }

  #open(depth: number): number {
    if (depth > this.#maxDepth) throw new Refused('too_deep', this.#position);
    const start = this.#position;
    this.#position += 1;
    this.#skipBlank();
    return start;
  }

  #closes(closer: number): boolean {
    if (this.#text.charCodeAt(this.#position) !== closer) return false;
    this.#position += 1;
    return true;
  }

  /** After a member or an item: true at the container's end, false where another one must follow. */
  #endsOrContinues(closer: number): boolean {
    this.#skipBlank();
    if (this.#closes(closer)) return true;
    this.#expect(0x2c);
    this.#skipBlank();
    return this.#isLenient && this.#closes(closer);
  }

  #readString(): JsonString {
    const start = this.#position;
    const scanned = scanString(this.#text, start);
    if (scanned.end < 0) throw new Refused('invalid_json', scanned.at);
    this.#position = scanned.end;
    // The scan has judged every escape, so the engine's decoder can only agree; it returns a flat string at once.
    const value = scanned.hasEscapes
      ? (JSON.parse(this.#text.slice(start, scanned.end)) as string)
      : this.#text.slice(start + 1, scanned.end - 1);
    return { kind: 'string', start, end: scanned.end, value };
  }

  #readNumber(): JsonNode {
    const start = this.#position;
    const end = scanNumber(this.#text, start);
    if (end < 0) throw new Refused('invalid_json', ~end);
    if (end - start > maxNumberLength) throw new Refused('invalid_json', start);
    this.#position = end;
    return { kind: 'number', start, end };
  }

  #readLiteral(kind: 'true' | 'false' | 'null'): JsonNode {
    const start = this.#position;
    if (!this.#text.startsWith(kind, start)) throw this.#invalid();
    this.#position = start + kind.length;
    return { kind, start, end: this.#position };
  }

  #skipBlank(): void {
    const next = skipBlank(this.#text, this.#position, this.#isLenient);
    if (next === -1) throw this.#invalid();
    this.#position = next;
  }

  #expect(code: number): void {
    if (this.#text.charCodeAt(this.#position) !== code) throw this.#invalid();
    this.#position += 1;
  }

  #invalid(): Refused {
    return new Refused('invalid_json', this.#position);
  }
}

function pathStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  const shown = step.slice(0, maxJsonPathLength);
  return /^[A-Za-z_$][\w$-]*$/.test(shown) ? `.${shown}` : `[${JSON.stringify(shown)}]`;
}
