// From places in the decoded text to places in its bytes, and from a tree to what edits need of it.
import type { JsonObject } from '@secrouter/proto';
import type { JsonOutline, OutlinedMember } from '../request/judged-request.ts';

/** An offset of the text as an offset of its UTF-8 bytes. */
export type ByteOffset = (offset: number) => number;

/** Counts from the last offset asked for, in either direction: asking in order costs one pass over the text. */
export function byteOffsetsOf(text: string, byteLength: number): ByteOffset {
  if (text.length === byteLength) return (offset) => offset; // ASCII
  let lastOffset = 0;
  let lastByte = 0;
  return (offset) => {
    if (offset < lastOffset) lastByte -= Buffer.byteLength(text.slice(offset, lastOffset));
    else lastByte += Buffer.byteLength(text.slice(lastOffset, offset));
    lastOffset = offset;
    return lastByte;
  };
}

/** The object's own members, without what is inside them. */
export function outlineOf(object: JsonObject, toByte: ByteOffset): JsonOutline {
  const start = toByte(object.start);
  const members = new Map<string, OutlinedMember>();
  for (const { name, nameStart, value } of object.members.values()) {
    // In their order in the text, which is what makes one pass of it.
    const nameByte = toByte(nameStart);
    const startByte = toByte(value.start);
    const endByte = toByte(value.end);
    members.set(name, { name, nameStart: nameByte, value: { kind: value.kind, start: startByte, end: endByte } });
  }
  return { start, end: toByte(object.end), members };
}
