// The tree that the strict JSON reader returns: every node knows its place in the source text, so that a request can
// be judged and then spliced without re-serialising what the client wrote.

interface JsonSpan {
  /** UTF-16 offset of the node's first character in the text. */
  readonly start: number;
  /** UTF-16 offset just after the node's last character. */
  readonly end: number;
}

/** One member of an object, with the place of its name for edits. */
export interface JsonMember {
  readonly name: string;
  readonly nameStart: number;
  readonly value: JsonNode;
}

/** An object; its members keep their source order, and `__proto__` is a name like any other. */
export interface JsonObject extends JsonSpan {
  readonly kind: 'object';
  readonly members: ReadonlyMap<string, JsonMember>;
}

/** An array. */
export interface JsonArray extends JsonSpan {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}

/** A string with its decoded value; the span includes the quotes. */
export interface JsonString extends JsonSpan {
  readonly kind: 'string';
  readonly value: string;
}

/** A number; its value is its source text, see `numberSource`. */
export interface JsonNumber extends JsonSpan {
  readonly kind: 'number';
}

/** `true`, `false` or `null`. */
export interface JsonLiteral extends JsonSpan {
  readonly kind: 'true' | 'false' | 'null';
}

/** Any JSON value with its place in the source. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonLiteral;

/** The digits exactly as they were written: 2^53+1 and 1.10 survive. */
export function numberSource(text: string, node: JsonNumber): string {
  return text.slice(node.start, node.end);
}

/** The value of a member; a missing member and an explicit `null` are both absent. */
export function presentMember(object: JsonObject, name: string): JsonNode | undefined {
  const value = object.members.get(name)?.value;
  return value?.kind === 'null' ? undefined : value;
}
