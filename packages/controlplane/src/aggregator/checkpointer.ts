// Signs the log's head at most an interval apart while events arrive, and appends each checkpoint to a file outside the
// database. Trouble with the key or the file never stops the log: it is an alarm.
import { open } from 'node:fs/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { ensureCheckpoint, readAuditSigningKey } from '../audit/sign-checkpoint.ts';
import { markExported, readUnexportedCheckpoints } from '../db/audit/checkpoints.ts';

/** The bound on unsigned or un-exported leaves before somebody is called. */
const ALARM_AFTER_MS = 60_000;
const MAX_EXPORTS_AT_ONCE = 1_000;

export interface CheckpointerOptions {
  readonly pool: Pool;
  readonly cell: string;
  readonly signingKeyFile: string;
  readonly checkpointFile: string;
  readonly log: Logger;
}

/** One round: sign when there is something new, then export what no sink has. */
export async function checkpointOnce(options: CheckpointerOptions): Promise<void> {
  const { pool, cell, signingKeyFile, checkpointFile } = options;
  // Read anew each time, so that a rotated key is used without a restart.
  const privateKey = await readAuditSigningKey(signingKeyFile);
  await ensureCheckpoint(pool, cell, privateKey);
  for (const checkpoint of await readUnexportedCheckpoints(pool, cell, MAX_EXPORTS_AT_ONCE)) {
    await appendDurably(checkpointFile, `${checkpoint.note}\n`);
    await markExported(pool, cell, checkpoint.size, `file:${checkpointFile}`);
  }
}

/** Rounds that report trouble: a warning at first, an alarm once it has lasted. */
export function checkpointRounds(options: CheckpointerOptions, now: () => number): () => Promise<void> {
  let failingSince: number | undefined;
  return async () => {
    try {
      await checkpointOnce(options);
      failingSince = undefined;
    } catch (error) {
      failingSince ??= now();
      const isAlarm = now() - failingSince >= ALARM_AFTER_MS;
      options.log[isAlarm ? 'error' : 'warn']({ reason: String(error) }, 'no checkpoint could be exported');
    }
  };
}

async function appendDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a', 0o644);
  try {
    await handle.appendFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
