// C2SP signed notes (c2sp.org/signed-note), Ed25519: the text that leaves the database and that anyone can check with
// a public key alone.
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

/** Signature type byte of Ed25519 in key ids and verifier keys. */
const ED25519_TYPE = 0x01;
const KEY_ID_BYTES = 4;
/** SubjectPublicKeyInfo of an Ed25519 key is this header and 32 bytes (RFC 8410, section 4). */
const SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex');
const SIGNATURE_MARK = '— ';
/** Longest note that is read. */
export const MAX_NOTE_LENGTH = 65_536;

/** A key that notes are verified with, under the name that it signs as. */
export interface NoteKey {
  readonly name: string;
  readonly publicKey: KeyObject;
}

/** The note: text, a blank line, one signature line. `text` ends in a line feed and holds no blank line at its end. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  assertNoteText(text);
  assertKeyName(name);
  const publicKey = createPublicKey(privateKey);
  const signature = sign(null, Buffer.from(text, 'utf8'), privateKey);
  const signed = Buffer.concat([noteKeyId(name, publicKey), signature]).toString('base64');
  return `${text}\n${SIGNATURE_MARK}${name} ${signed}\n`;
}

/** The note's text when one of its signatures is by this key; undefined otherwise. */
export function openNote(note: string, key: NoteKey): string | undefined {
  const split = splitNote(note);
  if (split === undefined) return undefined;
  const keyId = noteKeyId(key.name, key.publicKey);
  const signed = Buffer.from(split.text, 'utf8');
  for (const line of split.signatureLines) {
    const parsed = parseSignatureLine(line);
    if (parsed === undefined) return undefined;
    if (parsed.name !== key.name || !parsed.bytes.subarray(0, KEY_ID_BYTES).equals(keyId)) continue;
    return verify(null, signed, key.publicKey, parsed.bytes.subarray(KEY_ID_BYTES)) ? split.text : undefined;
  }
  return undefined;
}

/** Text of a note without judging its signatures. */
export function noteText(note: string): string | undefined {
  return splitNote(note)?.text;
}

/** `<name>+<key id>+<base64 key>`: what an assessor is given. */
export function formatVerifierKey(key: NoteKey): string {
  const id = noteKeyId(key.name, key.publicKey).toString('hex');
  const body = Buffer.concat([Buffer.from([ED25519_TYPE]), rawPublicKey(key.publicKey)]).toString('base64');
  return `${key.name}+${id}+${body}`;
}

/** Reads a verifier key; undefined when it is not one or its id does not fit. */
export function parseVerifierKey(text: string): NoteKey | undefined {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  const [, name, id, base64] = match ?? [];
  if (name === undefined || id === undefined || base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 33 || bytes[0] !== ED25519_TYPE) return undefined;
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_HEADER, bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  return noteKeyId(name, publicKey).toString('hex') === id ? { name, publicKey } : undefined;
}

function noteKeyId(name: string, publicKey: KeyObject): Buffer {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.from([ED25519_TYPE]), rawPublicKey(publicKey)]);
  return hash('sha256', bytes, 'buffer').subarray(0, KEY_ID_BYTES);
}

function rawPublicKey(publicKey: KeyObject): Buffer {
  if (publicKey.asymmetricKeyType !== 'ed25519') throw new TypeError('a note is signed with an Ed25519 key');
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_HEADER.length);
}

function splitNote(note: string): { text: string; signatureLines: string[] } | undefined {
  if (note.length > MAX_NOTE_LENGTH || !note.endsWith('\n')) return undefined;
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0) return undefined;
  const signatureLines = note.slice(blank + 2, -1).split('\n');
  return { text: note.slice(0, blank + 1), signatureLines };
}

function parseSignatureLine(line: string): { name: string; bytes: Buffer } | undefined {
  if (!line.startsWith(SIGNATURE_MARK)) return undefined;
  const [name, base64, ...rest] = line.slice(SIGNATURE_MARK.length).split(' ');
  if (name === undefined || name === '' || base64 === undefined || rest.length > 0) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length > KEY_ID_BYTES ? { name, bytes } : undefined;
}

function assertNoteText(text: string): void {
  if (!text.endsWith('\n') || text.endsWith('\n\n')) throw new TypeError('a note ends in one line feed');
}

function assertKeyName(name: string): void {
  if (!/^[^\s+]+$/.test(name)) throw new TypeError('a key name has no blanks and no plus sign');
}
