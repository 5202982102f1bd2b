// The pod's spool: an append-only file of records that are not yet safe elsewhere. Group commit without a timer: the
// next write starts when the last one ends. Bounded; full means that requests are refused, never that a record is lost.
import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** An acknowledged spool is cut back to nothing once it is larger than this. */
const TRUNCATE_ABOVE_BYTES = 8 * 1024 * 1024;
const SPOOL_SUFFIX = '.spool';
/** From this part of its bound on the spool raises an alarm. */
export const SPOOL_ALARM_PART = 0.8;

/** What a spool file of an earlier start holds. */
export interface SpooledFile {
  readonly podStream: string;
  readonly lines: readonly string[];
  readonly remove: () => Promise<void>;
}

interface PendingLine {
  readonly line: string;
  readonly isDurable?: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
}

/** The spool of one pod start. */
export class Spool {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #maxBytes: number;
  #bytes = 0;
  #pending: PendingLine[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #unacknowledged = 0;
  #failure: unknown;

  private constructor(file: FileHandle, path: string, maxBytes: number) {
    this.#file = file;
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  /** Opens the spool of this start. Throws when the folder cannot be written. */
  static async open(directory: string, podStream: string, maxBytes: number): Promise<Spool> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, `${podStream}${SPOOL_SUFFIX}`);
    return new Spool(await open(path, 'a', 0o600), path, maxBytes);
  }

  get bytes(): number {
    return this.#bytes + this.#pendingBytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** True when nothing more can be recorded: at the bound, or the disk refuses. */
  get isFull(): boolean {
    return this.bytes >= this.#maxBytes || this.#failure !== undefined;
  }

  /** Appends a record; it is written soon. */
  append(line: string): void {
    this.#enqueue({ line });
  }

  /** Appends a record and resolves once it is on the disk (fdatasync). */
  appendDurably(line: string): Promise<void> {
    return new Promise((resolve, reject) => this.#enqueue({ line, isDurable: { resolve, reject } }));
  }

  /** Notes that a record must be kept until `acknowledge` was called for it. */
  hold(): void {
    this.#unacknowledged += 1;
  }

  /** Notes that `count` held records are safe elsewhere; an all-acknowledged spool is cut back. */
  async acknowledge(count: number): Promise<void> {
    this.#unacknowledged -= count;
    if (this.#unacknowledged > 0 || this.#bytes < TRUNCATE_ABOVE_BYTES) return;
    await this.#writing;
    if (this.#unacknowledged > 0 || this.#pending.length > 0) return;
    await this.#file.truncate(0);
    this.#bytes = 0;
  }

  /** Writes what is pending and closes; removes the file when nothing in it is still needed. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
    if (this.#unacknowledged <= 0) await rm(this.#path, { force: true });
  }

  #enqueue(record: PendingLine): void {
    this.#pending.push(record);
    this.#pendingBytes += record.line.length + 1;
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // One turn of the loop gathers what arrives together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      this.#pendingBytes = 0;
      const text = `${batch.map(({ line }) => line).join('\n')}\n`;
      try {
        await this.#file.appendFile(text);
        this.#bytes += Buffer.byteLength(text);
        if (batch.some(({ isDurable }) => isDurable !== undefined)) await this.#file.datasync();
        this.#failure = undefined;
        for (const { isDurable } of batch) isDurable?.resolve();
      } catch (error) {
        this.#failure = error;
        for (const { isDurable } of batch) isDurable?.reject(error);
        this.#retryLater(batch.filter(({ isDurable }) => isDurable === undefined));
        break;
      }
    }
    this.#writing = undefined;
  }

  // A full disk heals: what nobody waits for is kept and tried again, so that the spool recovers alone.
  #retryLater(batch: readonly PendingLine[]): void {
    this.#pending.unshift(...batch);
    this.#pendingBytes += batch.reduce((sum, { line }) => sum + line.length + 1, 0);
    setTimeout(() => {
      this.#writing ??= this.#drain();
    }, DISK_RETRY_MS).unref();
  }
}

const DISK_RETRY_MS = 500;

/** The spools that earlier starts left behind. A torn last line is dropped: nothing was promised for it. */
export async function readLeftSpools(directory: string, ownPodStream: string): Promise<readonly SpooledFile[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const names = (await readdir(directory)).filter((name) => name.endsWith(SPOOL_SUFFIX));
  const others = names.filter((name) => name !== `${ownPodStream}${SPOOL_SUFFIX}`);
  return Promise.all(
    others.map(async (name) => {
      const path = join(directory, name);
      const text = await readFile(path, 'utf8');
      const lines = text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '');
      return { podStream: name.slice(0, -SPOOL_SUFFIX.length), lines, remove: () => rm(path, { force: true }) };
    }),
  );
}
