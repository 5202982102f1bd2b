// A migrated database of its own and what the configuration's tests need around it.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appendAuditEvents,
  type ChangeContext,
  type PublishDependencies,
  publishBaseline,
} from '@secrouter/controlplane';
import { type RunningStore, startPostgres } from '@secrouter/infra';
import { type TrustedKey, trustedKeyOf } from '@secrouter/proto';
import type pg from 'pg';
import { createMigratedDatabase, openTestPool } from '../support/database.ts';

const EXAMPLE = new URL('../../infra/quick-start/secrouter.config.example.json', import.meta.url);

export interface ConfigWorld {
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  readonly publishing: PublishDependencies;
  readonly trustedKey: TrustedKey;
  readonly signingKeyFile: string;
  readonly configFile: string;
  /** Edits the configuration file on the disk. */
  editConfig(edit: (config: ConfigJson) => void): Promise<void>;
  loadBaseline(): ReturnType<typeof publishBaseline>;
  close(): Promise<void>;
}

// JSON as a test pokes at it: the example file, an answer.
// biome-ignore lint/suspicious/noExplicitAny: a test pokes at arbitrary places of a JSON document
export type ConfigJson = any;

export const AS_ADMIN: ChangeContext = {
  author: 'u-admin',
  reason: 'a test',
  sourceIp: '127.0.0.1',
  requestId: null,
};

/** One PostgreSQL for a test file; each world gets a database of its own. */
export async function startConfigStore(): Promise<RunningStore> {
  return startPostgres({ isDurable: false });
}

export async function openConfigWorld(store: RunningStore): Promise<ConfigWorld> {
  const databaseUrl = await createMigratedDatabase(store.url);
  const pool = openTestPool(databaseUrl);
  const directory = await mkdtemp(join(tmpdir(), 'secrouter-config-'));
  const configFile = join(directory, 'secrouter.config.json');
  const text = await readFile(EXAMPLE, 'utf8');
  await writeFile(configFile, text);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signingKeyFile = join(directory, 'signing-key.pem');
  await writeFile(signingKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const cell = 'main';
  const publishing: PublishDependencies = {
    pool,
    cell,
    signingKey: privateKey,
    appendAudit: (transaction, events) => appendAuditEvents(transaction, cell, events),
    auditOrigin: { cell, podId: 'test', podStream: randomUUID() },
  };
  return {
    databaseUrl,
    pool,
    publishing,
    trustedKey: trustedKeyOf(publicKey),
    signingKeyFile,
    configFile,
    editConfig: async (edit) => {
      const config: ConfigJson = JSON.parse(await readFile(configFile, 'utf8'));
      edit(config);
      await writeFile(configFile, JSON.stringify(config, undefined, 2));
    },
    loadBaseline: () => publishBaseline(publishing, { configFile, listenersOnLoopback: true }, AS_ADMIN),
    close: async () => {
      await pool.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
