// Where oidc-provider keeps its records. Short-lived ones stay in memory; sessions, grants and refresh tokens are
// also written to a file, so that a restart of the quick start signs nobody out.
import { existsSync, readFileSync } from 'node:fs';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { writePrivateFile } from './signing-keys.ts';

const DURABLE_KINDS: ReadonlySet<string> = new Set(['Session', 'Grant', 'RefreshToken']);
/** One person with a browser and a test suite stay far below; the oldest records go first. */
const MAX_RECORDS = 5_000;

interface StoredRecord {
  readonly kind: string;
  readonly payload: AdapterPayload;
  readonly expiresAtMs: number | null;
}

/** All records of one provider, keyed by kind and id. */
export class RecordStore {
  readonly #file: string;
  readonly #records: Map<string, StoredRecord>;

  constructor(file: string) {
    this.#file = file;
    this.#records = readRecords(file);
  }

  /** The view of one kind that oidc-provider asks for. */
  adapter(kind: string): Adapter {
    return {
      upsert: async (id, payload, expiresInSeconds) => this.#put(kind, id, payload, expiresInSeconds),
      find: async (id) => this.#get(`${kind}:${id}`),
      findByUid: async (uid) => this.#find(kind, (payload) => payload.uid === uid),
      findByUserCode: async (userCode) => this.#find(kind, (payload) => payload.userCode === userCode),
      consume: async (id) => this.#consume(kind, id),
      destroy: async (id) => this.#remove((key) => key === `${kind}:${id}`),
      // Of this kind only: a sign-in under way refers to the grant too and must survive its revocation.
      revokeByGrantId: async (grantId) =>
        this.#remove((_key, record) => record.kind === kind && record.payload.grantId === grantId),
    };
  }

  #put(kind: string, id: string, payload: AdapterPayload, expiresInSeconds: number | undefined): void {
    const expiresAtMs = expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : null;
    this.#records.delete(`${kind}:${id}`);
    this.#records.set(`${kind}:${id}`, { kind, payload: structuredClone(payload), expiresAtMs });
    this.#makeRoom();
    if (DURABLE_KINDS.has(kind)) this.#save();
  }

  #get(key: string): AdapterPayload | undefined {
    const record = this.#records.get(key);
    return record && !isExpired(record) ? structuredClone(record.payload) : undefined;
  }

  #find(kind: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, record] of this.#records) {
      if (record.kind === kind && matches(record.payload)) return this.#get(key);
    }
    return undefined;
  }

  #consume(kind: string, id: string): void {
    const record = this.#records.get(`${kind}:${id}`);
    if (record) record.payload.consumed = Math.floor(Date.now() / 1000);
    if (DURABLE_KINDS.has(kind)) this.#save();
  }

  #remove(chosen: (key: string, record: StoredRecord) => boolean): void {
    let durable = false;
    for (const [key, record] of this.#records) {
      if (!chosen(key, record)) continue;
      this.#records.delete(key);
      durable ||= DURABLE_KINDS.has(record.kind);
    }
    if (durable) this.#save();
  }

  #makeRoom(): void {
    if (this.#records.size <= MAX_RECORDS) return;
    for (const [key, record] of this.#records) if (isExpired(record)) this.#records.delete(key);
    for (const key of this.#records.keys()) {
      if (this.#records.size <= MAX_RECORDS) return;
      this.#records.delete(key);
    }
  }

  #save(): void {
    const durable = [...this.#records].filter(([, record]) => DURABLE_KINDS.has(record.kind) && !isExpired(record));
    writePrivateFile(this.#file, JSON.stringify(durable));
  }
}

function readRecords(file: string): Map<string, StoredRecord> {
  if (!existsSync(file)) return new Map();
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(parsed)) throw new Error(`${file} does not hold the provider's sessions; remove it`);
  // The file is this class' own output, complete or absent (written aside and renamed).
  return new Map(parsed as [string, StoredRecord][]);
}

function isExpired(record: StoredRecord): boolean {
  return record.expiresAtMs !== null && record.expiresAtMs <= Date.now();
}
