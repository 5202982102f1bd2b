// Break-glass on the host: the commands as processes, and the end of a grant.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger, endExpiredGrants, publish } from '@secrouter/controlplane';
import type { RunningStore } from '@secrouter/infra';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AS_ADMIN, type ConfigWorld, openConfigWorld, startConfigStore } from './config-world.ts';

const COMMAND = join(dirname(createRequire(import.meta.url).resolve('@secrouter/controlplane')), 'cli', 'main.ts');
const log = createLogger('test', 'silent');

let store: RunningStore;
let world: ConfigWorld;

beforeAll(async () => {
  store = await startConfigStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  world = await openConfigWorld(store);
  await world.loadBaseline();
});
afterEach(() => world.close());

function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: world.databaseUrl, SECROUTER_SIGNING_KEY_FILE: world.signingKeyFile };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [COMMAND, ...words],
      { env, cwd: fileURLToPath(new URL('.', import.meta.url)) },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

async function userOverride(principal: string): Promise<unknown> {
  const { rows } = await world.pool.query('SELECT value FROM config_override WHERE name = $1', [principal]);
  return rows[0]?.value;
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const endNow = () => world.pool.query(`UPDATE admin_grant SET expires_at = now() - interval '1 second'`);

describe('grant-admin', () => {
  it('gives the right beside the rule of the file, in the trail, and takes it back when it ends', async () => {
    const granted = await run('grant-admin', 'svc-batch', '--until', inAnHour(), '--reason', 'console is locked');

    expect(granted).toMatchObject({ code: 0, out: 'revision 2\n' });
    expect(await userOverride('svc-batch')).toMatchObject({ admin: true, allowedTiers: ['SIMPLE'] });
    const { rows } = await world.pool.query('SELECT author, reason FROM config_revision WHERE revision = 2');
    expect(rows[0]).toMatchObject({ author: expect.stringMatching(/^host:/), reason: 'console is locked' });

    await endExpiredGrants(world.publishing, log);
    expect(await userOverride('svc-batch')).toMatchObject({ admin: true });
    await endNow();
    await endExpiredGrants(world.publishing, log);

    expect(await userOverride('svc-batch')).toBeUndefined();
    expect((await world.pool.query('SELECT 1 FROM admin_grant')).rowCount).toBe(0);
  });

  it('keeps what somebody wrote meanwhile, without the right', async () => {
    await run('grant-admin', 'u-1', '--until', inAnHour());
    const value = { admin: true, maxTier: 'SIMPLE' };
    await publish(world.publishing, { kind: 'override', scope: 'policy.user', name: 'u-1', value }, AS_ADMIN);
    await endNow();
    await endExpiredGrants(world.publishing, log);

    expect(await userOverride('u-1')).toEqual({ maxTier: 'SIMPLE' });
  });
});

describe('the other commands', () => {
  it('roll back, raise the epoch, and refuse what is not there', async () => {
    await publish(world.publishing, { kind: 'override', scope: 'policy.user', name: 'u-1', value: {} }, AS_ADMIN);

    expect(await run('rollback', '1')).toMatchObject({ code: 0, out: 'revision 3\n' });
    expect(await userOverride('u-1')).toBeUndefined();
    expect(await run('raise-epoch', '--above', '50')).toMatchObject({ code: 0, out: 'revision 51\n' });
    expect((await world.pool.query('SELECT epoch FROM cell')).rows).toEqual([{ epoch: '2' }]);
    expect(await run('rollback', '99')).toMatchObject({ code: 78, err: expect.stringContaining('no revision 99') });
    expect((await run('rollback')).code).toBe(64);
  });
});
