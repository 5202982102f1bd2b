import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSealed, encodeSealed } from './seal-encoding.ts';
import { openSnapshot, sealSnapshot, trustedKeyOf } from './seal-snapshot.ts';
import { isNewer, MAX_SNAPSHOT_BYTES, type SealedSnapshot, SNAPSHOT_CHUNK_BYTES, type Snapshot } from './snapshot.ts';
import { fromSnapshotHeader, SnapshotAssembly, snapshotChunks, toSnapshotHeader } from './snapshot-wire.ts';

const snapshot = (filler = 'x'): Snapshot =>
  ({
    version: 1,
    cell: 't',
    epoch: 1,
    revision: 7,
    createdAt: 'now',
    config: { filler },
    revocations: [],
  }) as unknown as Snapshot;
const pairs = {
  Ed25519: generateKeyPairSync('ed25519'),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
} as const;
const open = (sealed: SealedSnapshot, publicKey: KeyObject) => openSnapshot(sealed, 't', [trustedKeyOf(publicKey)]);

describe.each(['Ed25519', 'ES256'] as const)('a snapshot sealed with %s', (algorithm) => {
  const { privateKey, publicKey } = pairs[algorithm];
  const sealed = sealSnapshot(snapshot(), privateKey);

  test('opens to what was sealed, also from its bytes', () => {
    const decoded = decodeSealed(encodeSealed(sealed)) as SealedSnapshot;

    expect(sealed.seal.algorithm).toBe(algorithm);
    expect(open(decoded, publicKey)).toEqual({ outcome: 'opened', snapshot: snapshot() });
  });

  test('F06 F10 does not open with any bit changed, nor cut anywhere', () => {
    const bytes = encodeSealed(sealed);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const decoded = decodeSealed(flipped);

        expect(decoded === undefined ? 'refused' : open(decoded, publicKey).outcome).toBe('refused');
        const torn = decodeSealed(bytes.subarray(0, at));
        expect(torn === undefined ? 'refused' : open(torn, publicKey).outcome).toBe('refused');
      }),
      { numRuns: 400 },
    );
  });

  test('opens with any of several trusted keys, and with none of others', () => {
    const others = [trustedKeyOf(generateKeyPairSync('ed25519').publicKey)];

    expect(openSnapshot(sealed, 't', [...others, trustedKeyOf(publicKey)]).outcome).toBe('opened');
    expect(openSnapshot(sealed, 't', others)).toEqual({ outcome: 'refused', problem: 'unknown_key' });
    expect(openSnapshot(sealed, 't', [])).toEqual({ outcome: 'refused', problem: 'unknown_key' });
    expect(openSnapshot(sealed, 'u', [trustedKeyOf(publicKey)])).toEqual({ outcome: 'refused', problem: 'other_cell' });
  });

  test('is refused, and nothing thrown, where the trusted key is no key', () => {
    const broken = { ...trustedKeyOf(publicKey), publicKey: 'AAAA' };

    expect(openSnapshot(sealed, 't', [broken])).toEqual({ outcome: 'refused', problem: 'bad_signature' });
  });
});

test('a signature in another spelling is another signature', () => {
  const { privateKey, publicKey } = pairs.Ed25519;
  const sealed = sealSnapshot(snapshot(), privateKey);
  const spelled = (signature: string) => ({ ...sealed, seal: { ...sealed.seal, signature } });

  for (const signature of [`${sealed.seal.signature}==`, ` ${sealed.seal.signature}`])
    expect(open(spelled(signature), publicKey)).toMatchObject({ problem: 'bad_signature' });
});

test('a key of another kind does not sign', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });

  expect(() => sealSnapshot(snapshot(), privateKey)).toThrow(TypeError);
});

describe('a snapshot on the wire', () => {
  const sealed = sealSnapshot(snapshot('y'.repeat(2.5 * SNAPSHOT_CHUNK_BYTES)), pairs.Ed25519.privateKey);
  const header = toSnapshotHeader(sealed);

  test('arrives in chunks as it left', () => {
    const seal = fromSnapshotHeader(header as never);
    const assembly = SnapshotAssembly.begin(seal as never);
    if (assembly === 'too_large') throw new Error('too large');
    const steps = [...snapshotChunks(sealed)].map(({ index, data }) => assembly.add(index, data));

    expect(header.chunks).toBe(3);
    expect(steps).toEqual(['more', 'more', 'complete']);
    expect(open(assembly.sealed(), pairs.Ed25519.publicKey).outcome).toBe('opened');
  });

  test.each([0, -1, MAX_SNAPSHOT_BYTES + 1, 2 ** 52])(
    'F08 of %d bytes is refused before anything is allocated',
    (totalBytes) => {
      const before = process.memoryUsage().arrayBuffers;

      expect(SnapshotAssembly.begin({ ...sealed.seal, totalBytes })).toBe('too_large');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    },
  );

  test.each([
    ['skips a chunk', [0, 2]],
    ['repeats one', [0, 0]],
    ['begins late', [1]],
    ['counts backwards', [0, 1, 0]],
  ])('is out of order when it %s', (_name, order) => {
    const assembly = SnapshotAssembly.begin(sealed.seal);
    if (assembly === 'too_large') throw new Error('too large');

    const steps = order.map((index) => assembly.add(index, new Uint8Array(10)));

    expect(steps.at(-1)).toBe('out_of_order');
  });

  test('is out of order when it brings more than was announced', () => {
    const assembly = SnapshotAssembly.begin({ ...sealed.seal, totalBytes: 10 });

    expect(assembly !== 'too_large' && assembly.add(0, new Uint8Array(11))).toBe('out_of_order');
  });

  test.each([
    [{ totalBytes: '9007199254740993' }],
    [{ position: { epoch: 'x', revision: '1' } }],
    [{ position: null }],
    [{ algorithm: 'none' }],
  ])('has no seal when its header says %j', (change) => {
    expect(fromSnapshotHeader({ ...header, ...change } as never)).toBeUndefined();
  });
});

test.each([
  [1, 5, 1, 4, true],
  [1, 5, 1, 5, false],
  [1, 5, 1, 6, false],
  [2, 1, 1, 99, true],
  [1, 99, 2, 1, false],
])('(%d, %d) is newer than (%d, %d): %s', (epoch, revision, otherEpoch, otherRevision, expected) => {
  expect(isNewer({ epoch, revision }, { epoch: otherEpoch, revision: otherRevision })).toBe(expected);
});
