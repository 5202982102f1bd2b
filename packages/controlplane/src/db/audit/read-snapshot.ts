// One unchanging view of the database for a reader of many pages, while writers go on.
import type { ClientBase, Pool } from 'pg';

/** Runs `read` in a read-only transaction that sees one moment. */
export async function withReadSnapshot<T>(pool: Pool, read: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that is lost while it is in use fails its query, which is handled; its event must not end the process.
  const ignore = () => undefined;
  client.on('error', ignore);
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await read(client);
  } finally {
    await client.query('ROLLBACK').catch((error: unknown) => {
      broken = error instanceof Error ? error : new Error(String(error));
    });
    client.off('error', ignore);
    client.release(broken);
  }
}
