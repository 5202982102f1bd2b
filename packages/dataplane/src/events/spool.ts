// The pod's spool: append-only files of records that are not yet safe elsewhere. Group commit without a timer: the next
// write starts when the last one ends. Bounded; full means that requests are refused, never that a record is lost.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { spoolFileName } from './left-spools.ts';
import { type HeldRecord, SpoolSegment } from './spool-segment.ts';

/** A file larger than this is followed by a new one, and removed as a whole once none of its records is needed. */
const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
/** A small spool has smaller files, so that it can always be emptied. */
const SEGMENTS_PER_SPOOL = 8;
const DISK_RETRY_MS = 500;
/** From this part of its bound on the spool raises an alarm. */
export const SPOOL_ALARM_PART = 0.8;

interface PendingLine {
  readonly line: string;
  readonly held?: HeldRecord;
  readonly durable?: { readonly resolve: (held: HeldRecord) => void; readonly reject: (error: unknown) => void };
}

/** The spool of one pod start. */
export class Spool {
  readonly #directory: string;
  readonly #podStream: string;
  readonly #maxBytes: number;
  #current: SpoolSegment;
  #sealed: SpoolSegment[] = [];
  #segments = 1;
  #firstLine: (() => string) | undefined;
  #pending: PendingLine[] = [];
  #pendingBytes = 0;
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #removing = new Set<Promise<void>>();
  #failure: unknown;

  private constructor(directory: string, podStream: string, maxBytes: number, first: SpoolSegment) {
    this.#directory = directory;
    this.#podStream = podStream;
    this.#maxBytes = maxBytes;
    this.#current = first;
  }

  /** Opens the spool of this start. Throws when the folder cannot be written. */
  static async open(directory: string, podStream: string, maxBytes: number): Promise<Spool> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const first = await SpoolSegment.create(join(directory, spoolFileName(podStream, 1)));
    return new Spool(directory, podStream, maxBytes, first);
  }

  get bytes(): number {
    return this.#sealed.reduce((sum, { bytes }) => sum + bytes, this.#current.bytes) + this.#pendingBytes;
  }

  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** True when nothing more can be recorded: at the bound, or the disk refuses. */
  get isFull(): boolean {
    return this.bytes >= this.#maxBytes || this.#failure !== undefined;
  }

  /** Every file after the first begins with this line, so that what it says outlives the files before it. */
  beginFilesWith(firstLine: () => string): void {
    this.#firstLine = firstLine;
  }

  /** Appends a record; it is written soon. */
  append(line: string): void {
    this.#enqueue({ line });
  }

  /** Appends a record that stays until it is released; it is written soon. */
  appendHeld(line: string): HeldRecord {
    const held: HeldRecord = { segment: undefined, isReleased: false };
    this.#enqueue({ line, held });
    return held;
  }

  /** Appends a record that stays until it is released; resolves once it is on the disk (fdatasync). */
  appendDurably(line: string): Promise<HeldRecord> {
    const held: HeldRecord = { segment: undefined, isReleased: false };
    return new Promise((resolve, reject) => this.#enqueue({ line, held, durable: { resolve, reject } }));
  }

  /** These records are safe elsewhere. A file whose records all are is removed. */
  release(records: readonly HeldRecord[]): void {
    for (const record of records) {
      if (record.isReleased) continue;
      record.isReleased = true;
      record.segment?.release();
    }
    this.#removeUnneeded();
  }

  /** Writes what is pending and closes; removes the files that nobody needs. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#writing;
    if (this.#pending.length > 0) await this.#drain();
    clearTimeout(this.#retry);
    const isEmpty = this.#pending.length === 0;
    await Promise.all([
      ...this.#removing,
      ...this.#sealed.map((segment) => segment.close()),
      isEmpty && !this.#current.isNeeded ? this.#current.remove() : this.#current.close(),
    ]);
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
      if (!(await this.#write(batch))) break;
      await this.#rotate();
    }
    this.#writing = undefined;
  }

  async #write(batch: readonly PendingLine[]): Promise<boolean> {
    const segment = this.#current;
    try {
      await segment.append(
        batch.map(({ line }) => line),
        batch.some(({ durable }) => durable !== undefined),
      );
    } catch (error) {
      this.#failure = error;
      for (const { durable } of batch) durable?.reject(error);
      this.#retryLater(batch.filter(({ durable }) => durable === undefined));
      return false;
    }
    this.#failure = undefined;
    for (const { held, durable } of batch) {
      if (held === undefined) continue;
      segment.hold(held);
      durable?.resolve(held);
    }
    return true;
  }

  // A full disk heals: what nobody waits for is kept and tried again, so that the spool recovers alone.
  #retryLater(batch: readonly PendingLine[]): void {
    this.#pending.unshift(...batch);
    this.#pendingBytes += batch.reduce((sum, { line }) => sum + line.length + 1, 0);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#writing ??= this.#drain();
    }, DISK_RETRY_MS).unref();
  }

  async #rotate(): Promise<void> {
    if (this.#current.bytes < Math.min(MAX_SEGMENT_BYTES, this.#maxBytes / SEGMENTS_PER_SPOOL)) return;
    const path = join(this.#directory, spoolFileName(this.#podStream, this.#segments + 1));
    let next: SpoolSegment | undefined;
    try {
      next = await SpoolSegment.create(path);
      if (this.#firstLine !== undefined) await next.append([this.#firstLine()], false);
    } catch {
      await next?.remove().catch(() => undefined);
      return; // the file in use grows on; its next write tries again
    }
    this.#segments += 1;
    this.#sealed.push(this.#current);
    this.#current = next;
    this.#removeUnneeded();
  }

  // Only files that are no longer written to are ever removed: no append can get lost between.
  #removeUnneeded(): void {
    for (const segment of this.#sealed.filter(({ isNeeded }) => !isNeeded)) {
      this.#sealed = this.#sealed.filter((other) => other !== segment);
      const removal = segment.remove().catch(() => undefined);
      this.#removing.add(removal);
      void removal.then(() => this.#removing.delete(removal));
    }
  }
}
