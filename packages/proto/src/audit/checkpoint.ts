// A checkpoint: origin, size and root of the log at one moment (c2sp.org/tlog-checkpoint), signed and exported outside
// the database, so that cutting the tail or rewriting the past is seen.
import type { KeyObject } from 'node:crypto';
import { HASH_BYTES } from './merkle-tree.ts';
import { type NoteKey, noteText, openNote, signNote } from './signed-note.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** Name of a cell's log: the first line of its checkpoints and the name of their key. */
export function logOrigin(cell: string): string {
  return `secrouter/${cell}`;
}

/** The note's three lines. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`;
}

/** Reads the text of a checkpoint; further lines are extensions and ignored. Undefined when it is none. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin, size, root] = text.split('\n');
  if (origin === undefined || origin === '' || size === undefined || root === undefined) return undefined;
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(root)) return undefined;
  const bytes = Buffer.from(root, 'base64');
  return bytes.length === HASH_BYTES ? { origin, size: Number(size), root: bytes } : undefined;
}

/** Signs a checkpoint under the log's own name. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): string {
  return signNote(formatCheckpoint(checkpoint), checkpoint.origin, privateKey);
}

/** The checkpoint in a note that is signed by this key and speaks of this key's log; undefined otherwise. */
export function verifyCheckpoint(note: string, key: NoteKey): Checkpoint | undefined {
  const text = openNote(note, key);
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
  return checkpoint?.origin === key.name ? checkpoint : undefined;
}

/** The checkpoint that a note claims, whoever signed it. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  const text = noteText(note);
  return text === undefined ? undefined : parseCheckpoint(text);
}
