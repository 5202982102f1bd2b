// Environment of the host's commands; the only place of this process that reads it.
import { userInfo } from 'node:os';
import { z } from 'zod';
import { requireEnvironment } from '../environment/require-environment.ts';
import { absolutePath, cellId, postgresUrl } from '../environment/variables.ts';

/** Every variable that the commands read. */
export const commandEnvironmentSchema = z.object({
  DATABASE_URL: postgresUrl.describe('PostgreSQL'),
  SECROUTER_CELL: cellId.describe('Id of the cell: one PostgreSQL, one Redis, one log'),
  SECROUTER_SIGNING_KEY_FILE: absolutePath.describe('Private key (PKCS8 PEM) that signs snapshots'),
});

export interface CommandConfig {
  readonly databaseUrl: string;
  readonly cell: string;
  readonly signingKeyFile: string;
  /** Who is at the keyboard, for the trail. */
  readonly author: string;
}

/** The commands' settings, or the end of the process with every problem printed. */
export function readCommandConfig(): CommandConfig {
  const environment = requireEnvironment(commandEnvironmentSchema, process.env);
  return Object.freeze({
    databaseUrl: environment.DATABASE_URL,
    cell: environment.SECROUTER_CELL,
    signingKeyFile: environment.SECROUTER_SIGNING_KEY_FILE,
    author: `host:${userInfo().username}`,
  });
}
