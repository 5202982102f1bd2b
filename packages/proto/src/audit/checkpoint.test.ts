import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCheckpoint, logOrigin, parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { hashLeaf } from './merkle-tree.ts';
import { formatVerifierKey, openNote, parseVerifierKey, signNote } from './signed-note.ts';

// The example of the signed-note packages (golang.org/x/mod/sumdb/note).
const neumannKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const neumannText =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const neumannNote = `${neumannText}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = { name: logOrigin('main'), publicKey };
const checkpoint = { origin: logOrigin('main'), size: 418, root: hashLeaf(Buffer.from('x')) };

test('opens the known note with the known key', () => {
  const known = parseVerifierKey(neumannKey);

  expect(known === undefined ? undefined : openNote(neumannNote, known)).toBe(neumannText);
});

test('refuses the known note after any change of one character', () => {
  const known = parseVerifierKey(neumannKey);
  if (known === undefined) throw new Error('the known key is readable');

  fc.assert(
    fc.property(fc.nat({ max: neumannText.length - 2 }), (at) => {
      const changed = neumannNote.slice(0, at) + (neumannNote[at] === 'x' ? 'y' : 'x') + neumannNote.slice(at + 1);
      expect(openNote(changed, known)).toBeUndefined();
    }),
  );
});

test('writes and reads verifier keys, and refuses one whose id does not fit', () => {
  expect(parseVerifierKey(formatVerifierKey(key))?.publicKey.equals(publicKey)).toBe(true);
  expect(parseVerifierKey(neumannKey.replace('c74f', 'c74e'))).toBeUndefined();
  expect(parseVerifierKey('no key')).toBeUndefined();
});

test('a signed checkpoint is three lines, a blank one and a signature', () => {
  const note = signCheckpoint(checkpoint, privateKey);

  expect(note.split('\n').slice(0, 4)).toEqual(['secrouter/main', '418', checkpoint.root.toString('base64'), '']);
  expect(verifyCheckpoint(note, key)).toEqual(checkpoint);
});

test('refuses a checkpoint signed by another key, under another name, or of another log', () => {
  const other = generateKeyPairSync('ed25519');
  const note = signCheckpoint(checkpoint, privateKey);

  expect(verifyCheckpoint(signCheckpoint(checkpoint, other.privateKey), key)).toBeUndefined();
  expect(verifyCheckpoint(note, { name: 'secrouter/other', publicKey })).toBeUndefined();
  expect(
    verifyCheckpoint(signNote(formatCheckpoint({ ...checkpoint, origin: 'x' }), key.name, privateKey), key),
  ).toBeUndefined();
});

test.each(['', 'a\n', 'a\n01\nAAAA\n', `a\n-1\n${checkpoint.root.toString('base64')}\n`, 'a\n1\nAAAA\n'])(
  'reads no checkpoint from %j',
  (text) => {
    expect(parseCheckpoint(text)).toBeUndefined();
  },
);
