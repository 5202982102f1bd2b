// F10: the snapshots on a pod's disk survive torn writes, and a damaged one costs one.

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LastKnownGood } from '@secrouter/dataplane';
import { openSnapshot, type Snapshot, sealSnapshot, trustedKeyOf } from '@secrouter/proto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
let directory: string;
let disk: LastKnownGood;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'secrouter-snapshots-'));
  disk = new LastKnownGood(join(directory, 'snapshots'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const sealed = (revision: number, epoch = 1) =>
  sealSnapshot(
    { version: 1, cell: 't', epoch, revision, createdAt: 'now', config: {}, revocations: [] } as unknown as Snapshot,
    privateKey,
  );
const files = () => readdirSync(join(directory, 'snapshots')).sort();
const usable = async () =>
  (await disk.load())
    .filter((candidate) => openSnapshot(candidate, 't', [trustedKeyOf(publicKey)]).outcome === 'opened')
    .map(({ seal }) => `${seal.epoch}/${seal.revision}`);

describe('the snapshots of a pod', () => {
  test('are none before the first', async () => {
    expect(await disk.load()).toEqual([]);
  });

  test('are the newest three, the newest first, by epoch and then revision', async () => {
    for (const revision of [8, 9, 10, 100]) await disk.save(sealed(revision));
    await disk.save(sealed(1, 2));

    expect(await usable()).toEqual(['2/1', '1/100', '1/10']);
    expect(files()).toHaveLength(3);
  });

  test.each([0, 1, 50, 200, 300])(
    'F10 one that is torn after %d bytes falls back to the one before',
    async (length) => {
      for (const revision of [1, 2, 3]) await disk.save(sealed(revision));
      truncateSync(join(directory, 'snapshots', files().at(-1) ?? ''), length);

      expect(await usable()).toEqual(['1/2', '1/1']);
    },
  );

  test('F10 a bit that flips on the disk is seen', async () => {
    for (const revision of [1, 2]) await disk.save(sealed(revision));
    const path = join(directory, 'snapshots', files().at(-1) ?? '');
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    writeFileSync(path, bytes);

    expect(await usable()).toEqual(['1/1']);
  });

  test('a temporary file of a crash is no snapshot', async () => {
    await disk.save(sealed(1));
    writeFileSync(join(directory, 'snapshots', '0000000001-0000000000000009.snapshot.77.tmp'), 'torn');

    expect(await usable()).toEqual(['1/1']);
  });
});
