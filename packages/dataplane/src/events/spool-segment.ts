// One file of the spool. A write that fails half-way is cut back, so that no record ever stands behind a torn one.
import { type FileHandle, open, rm } from 'node:fs/promises';

/** A record that must stay on the disk until it is released. */
export interface HeldRecord {
  segment: SpoolSegment | undefined;
  isReleased: boolean;
}

/** An append-only file that knows how many of its records are still needed. */
export class SpoolSegment {
  readonly #file: FileHandle;
  readonly #path: string;
  #bytes = 0;
  #heldRecords = 0;
  #isTorn = false;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Creates the file. Throws when the folder cannot be written. */
  static async create(path: string): Promise<SpoolSegment> {
    return new SpoolSegment(await open(path, 'a', 0o600), path);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True while a record in it is needed. */
  get isNeeded(): boolean {
    return this.#heldRecords > 0;
  }

  /** Appends whole lines; with `isSynced` they are on the disk when it resolves (fdatasync). All of them or none. */
  async append(lines: readonly string[], isSynced: boolean): Promise<void> {
    const text = `${this.#isTorn ? '\n' : ''}${lines.join('\n')}\n`;
    try {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.byteLength; )
        written += (await this.#file.write(bytes, written, bytes.byteLength - written, null)).bytesWritten;
      if (isSynced) await this.#file.datasync();
      this.#bytes += bytes.byteLength;
      this.#isTorn = false;
    } catch (error) {
      await this.#cutBack();
      throw error;
    }
  }

  /** Counts a written record as needed, unless it was released before it was written. */
  hold(record: HeldRecord): void {
    if (record.isReleased) return;
    record.segment = this;
    this.#heldRecords += 1;
  }

  release(): void {
    this.#heldRecords -= 1;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Removes the file; its records are safe elsewhere. */
  async remove(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  async #cutBack(): Promise<void> {
    try {
      await this.#file.truncate(this.#bytes);
      this.#isTorn = false;
    } catch {
      this.#isTorn = true; // then the next write begins with a line end, and the torn line is dropped when it is read
    }
  }
}
