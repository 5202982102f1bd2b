// Edits on the source text of a judged document: everything that is not edited keeps its bytes, its order and its
// spelling of numbers. Edits are values; `applyJsonEdits` makes the new text in one pass, `applyByteEdits` new bytes.
import type { JsonString } from './json-node.ts';

/** A member's place: of its name and of its value. */
export interface JsonMemberPlace {
  readonly name: string;
  readonly nameStart: number;
  readonly value: { readonly start: number; readonly end: number };
}

/** What edits need to know of an object. Offsets count UTF-16 units of a text, or bytes; edits then count the same. */
export interface JsonObjectPlaces {
  readonly start: number;
  readonly end: number;
  readonly members: ReadonlyMap<string, JsonMemberPlace>;
}

/** Replaces `[start, end)` of the text, or of its bytes. */
export interface JsonEdit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** The text after all edits. They may come in any order; two that overlap are a mistake of the caller and throw. */
export function applyJsonEdits(text: string, edits: readonly JsonEdit[]): string {
  const pieces: string[] = [];
  let position = 0;
  for (const edit of inOrder(edits, text.length)) {
    pieces.push(text.slice(position, edit.start), edit.replacement);
    position = edit.end;
  }
  pieces.push(text.slice(position));
  return pieces.join('');
}

/** The UTF-8 bytes after all edits, whose offsets count bytes: one copy, however long they are. */
export function applyByteEdits(bytes: Uint8Array, edits: readonly JsonEdit[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let position = 0;
  for (const edit of inOrder(edits, bytes.length)) {
    pieces.push(bytes.subarray(position, edit.start), Buffer.from(edit.replacement));
    position = edit.end;
  }
  pieces.push(bytes.subarray(position));
  return Buffer.concat(pieces);
}

function inOrder(edits: readonly JsonEdit[], length: number): readonly JsonEdit[] {
  const ordered = edits.toSorted((left, right) => left.start - right.start || left.end - right.end);
  let position = 0;
  for (const edit of ordered) {
    if (edit.start < position || edit.end < edit.start || edit.end > length) {
      throw new RangeError(`JSON edit [${edit.start}, ${edit.end}) overlaps another or leaves the text`);
    }
    position = edit.end;
  }
  return ordered;
}

/** Replaces a member's value or adds the member at the end. Several changes to one object: `editMembers`. */
export function setMember(object: JsonObjectPlaces, name: string, json: string): JsonEdit {
  const existing = object.members.get(name)?.value;
  if (existing !== undefined) return { start: existing.start, end: existing.end, replacement: json };
  const added = `${JSON.stringify(name)}:${json}`;
  const last = lastMember(object);
  if (last === undefined) return insertion(object.start + 1, added);
  return insertion(last.value.end, `,${added}`);
}

/** Removes a member with its comma; undefined when there is none. Several changes to one object: `editMembers`. */
export function removeMember(object: JsonObjectPlaces, name: string): JsonEdit | undefined {
  return editMembers(object, new Map([[name, undefined]]))[0];
}

/**
 * Changes to one object that are right together: a JSON text sets the member, `undefined` removes it. (Two separate
 * removals of neighbours would both claim the comma between them.)
 */
export function editMembers(object: JsonObjectPlaces, changes: ReadonlyMap<string, string | undefined>): JsonEdit[] {
  const members = [...object.members.values()];
  const isRemoved = (member: JsonMemberPlace): boolean =>
    changes.has(member.name) && changes.get(member.name) === undefined;
  const added = [...changes]
    .filter(([name, json]) => json !== undefined && !object.members.has(name))
    .map(([name, json]) => `${JSON.stringify(name)}:${json}`);

  if (members.length === 0) return added.length === 0 ? [] : [insertion(object.start + 1, added.join(','))];
  if (members.every(isRemoved)) return [{ start: object.start + 1, end: object.end - 1, replacement: added.join(',') }];

  const edits: JsonEdit[] = [];
  let hasSurvivor = false;
  members.forEach((member, index) => {
    const json = changes.get(member.name);
    if (!isRemoved(member)) {
      hasSurvivor = true;
      if (json !== undefined) edits.push({ start: member.value.start, end: member.value.end, replacement: json });
      return;
    }
    edits.push(hasSurvivor ? withCommaBefore(members, index) : withCommaAfter(members, index));
  });
  const last = members.at(-1);
  if (last !== undefined && added.length > 0) edits.push(insertion(last.value.end, `,${added.join(',')}`));
  return edits;
}

/** Removes the first `count` UTF-16 units of a string's decoded value; the rest keeps its source spelling. */
export function stringPrefixEdit(text: string, node: JsonString, count: number): JsonEdit {
  if (count < 0 || count > node.value.length) throw new RangeError('the prefix is longer than the string');
  const start = node.start + 1;
  let end = start;
  for (let unit = 0; unit < count; unit += 1) end += sourceWidth(text, end);
  if (splitsPair(node.value, count)) throw new RangeError('the prefix ends inside a surrogate pair');
  return { start, end, replacement: '' };
}

function withCommaBefore(members: readonly JsonMemberPlace[], index: number): JsonEdit {
  const previous = members[index - 1];
  const member = members[index];
  if (previous === undefined || member === undefined) throw new RangeError('no member before the removed one');
  return { start: previous.value.end, end: member.value.end, replacement: '' };
}

function withCommaAfter(members: readonly JsonMemberPlace[], index: number): JsonEdit {
  const member = members[index];
  const next = members[index + 1];
  if (member === undefined || next === undefined) throw new RangeError('no member after the removed one');
  return { start: member.nameStart, end: next.nameStart, replacement: '' };
}

function insertion(offset: number, replacement: string): JsonEdit {
  return { start: offset, end: offset, replacement };
}

function lastMember(object: JsonObjectPlaces): JsonMemberPlace | undefined {
  let last: JsonMemberPlace | undefined;
  for (const member of object.members.values()) last = member;
  return last;
}

/** Source length of one decoded unit: `\n` is 2, `\u00e9` is 6, anything else 1. */
function sourceWidth(text: string, offset: number): number {
  if (text.charCodeAt(offset) !== 0x5c) return 1;
  return text.charAt(offset + 1) === 'u' ? 6 : 2;
}

function splitsPair(value: string, index: number): boolean {
  const before = value.charCodeAt(index - 1);
  const after = value.charCodeAt(index);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
