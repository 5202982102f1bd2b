// Follows the newest published snapshot. NOTIFY is the hint that makes it fast, a poll of the table is what makes it sure.
import { isNewer, type SealedSnapshot } from '@secrouter/proto';
import pg from 'pg';
import type { Logger } from 'pino';
import { readHeadPosition, readHeadSnapshot } from '../db/snapshot-store.ts';
import { SNAPSHOT_CHANNEL } from '../policy/publish.ts';

/** A lost notification costs at most this. */
export const POLL_INTERVAL_MS = 1_000;
const LISTEN_RETRY_MS = 1_000;

export interface SnapshotFeedDependencies {
  readonly pool: pg.Pool;
  /** Not through a pooler: LISTEN needs a session. */
  readonly listenUrl: string;
  readonly cell: string;
  readonly log: Logger;
  readonly onNewer: (sealed: SealedSnapshot) => void;
}

/** Opens with `start`, tells of each newer snapshot, ends with `close`. */
export class SnapshotFeed {
  readonly #deps: SnapshotFeedDependencies;
  #newest: SealedSnapshot | undefined;
  #listener: pg.Client | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #isRefreshWanted = false;
  #isClosed = false;
  #isFailing = false;

  constructor(deps: SnapshotFeedDependencies) {
    this.#deps = deps;
  }

  get newest(): SealedSnapshot | undefined {
    return this.#newest;
  }

  /** Reads the newest snapshot once and begins to follow. */
  async start(): Promise<void> {
    await this.#listen();
    await this.refresh();
    this.#pollTimer = setInterval(() => void this.refresh(), POLL_INTERVAL_MS);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#pollTimer);
    clearTimeout(this.#retryTimer);
    await this.#refreshing;
    await this.#listener?.end().catch(() => undefined); // the connection may be broken already
  }

  /** Reads the table; single flight, and once more when something was announced meanwhile. */
  refresh(): Promise<void> {
    this.#isRefreshWanted = true;
    this.#refreshing ??= this.#refreshWhileWanted().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refreshWhileWanted(): Promise<void> {
    while (this.#isRefreshWanted && !this.#isClosed) {
      this.#isRefreshWanted = false;
      try {
        await this.#readNewer();
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing) this.#deps.log.warn({ error }, 'the newest snapshot cannot be read; the last one serves');
        this.#isFailing = true;
      }
    }
  }

  async #readNewer(): Promise<void> {
    const { pool, cell, log, onNewer } = this.#deps;
    const head = await readHeadPosition(pool, cell);
    if (head === undefined || (this.#newest !== undefined && !isNewer(head, this.#newest.seal))) return;
    const sealed = await readHeadSnapshot(pool, cell);
    if (sealed === undefined || this.#isClosed) return;
    this.#newest = sealed;
    log.info({ epoch: sealed.seal.epoch, revision: sealed.seal.revision, digest: sealed.seal.digest }, 'snapshot read');
    onNewer(sealed);
  }

  async #listen(): Promise<void> {
    if (this.#isClosed) return;
    const client = new pg.Client({
      connectionString: this.#deps.listenUrl,
      application_name: 'secrouter-policy-listen',
      keepAlive: true,
    });
    const retry = this.#retryOnce(client);
    client.on('error', retry);
    client.on('end', retry);
    client.on('notification', ({ payload }) => {
      if (payload?.startsWith(`${this.#deps.cell}:`)) void this.refresh();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${SNAPSHOT_CHANNEL}`);
      this.#listener = client;
    } catch (error) {
      retry(error instanceof Error ? error : undefined);
    }
  }

  // Both `error` and `end` may fire for one broken connection.
  #retryOnce(client: pg.Client): (error?: Error) => void {
    let isRetrying = false;
    return (error) => {
      if (isRetrying || this.#isClosed) return;
      isRetrying = true;
      this.#deps.log.warn({ error }, 'no notifications from PostgreSQL; polling until it is back');
      this.#retryTimer = setTimeout(() => {
        void client.end().catch(() => undefined); // broken already
        void this.#listen().then(() => this.refresh());
      }, LISTEN_RETRY_MS);
    };
  }
}
