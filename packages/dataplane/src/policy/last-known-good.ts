// The newest snapshots on this pod's disk: three of them, so that a torn write costs one. Written to a temporary name,
// synced, renamed; read newest first, and each is verified again like one from the wire.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSealed, encodeSealed, type SealedSnapshot } from '@secrouter/proto';

/** How many snapshots stay on the disk. */
export const KEPT_SNAPSHOTS = 3;
const SUFFIX = '.snapshot';

/** The last-known-good store of one pod. */
export class LastKnownGood {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Saves a snapshot and drops the oldest beyond the kept ones. */
  async save(sealed: SealedSnapshot): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const { epoch, revision } = sealed.seal;
    const name = `${String(epoch).padStart(10, '0')}-${String(revision).padStart(16, '0')}${SUFFIX}`;
    const temporary = join(this.#directory, `${name}.${process.pid}.tmp`);
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(encodeSealed(sealed));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.#directory, name));
    const names = await this.#names();
    await Promise.all(names.slice(KEPT_SNAPSHOTS).map((old) => rm(join(this.#directory, old), { force: true })));
  }

  /** What is on the disk, newest first; torn files are left out. */
  async load(): Promise<readonly SealedSnapshot[]> {
    const names = await this.#names();
    const read = await Promise.all(
      names.map(async (name) => {
        try {
          return decodeSealed(await readFile(join(this.#directory, name)));
        } catch {
          return undefined;
        }
      }),
    );
    return read.filter((sealed) => sealed !== undefined);
  }

  async #names(): Promise<string[]> {
    try {
      const names = await readdir(this.#directory);
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .sort()
        .reverse();
    } catch {
      return [];
    }
  }
}
