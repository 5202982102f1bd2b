// From an edit to a signed revision: one transaction on a real PostgreSQL.
import { publish } from '@secrouter/controlplane';
import type { RunningStore } from '@secrouter/infra';
import { openSnapshot, type SealedSnapshot, type Snapshot } from '@secrouter/proto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AS_ADMIN, type ConfigWorld, openConfigWorld, startConfigStore } from './config-world.ts';

let store: RunningStore;
let world: ConfigWorld;

beforeAll(async () => {
  store = await startConfigStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  world = await openConfigWorld(store);
  expect(await world.loadBaseline()).toMatchObject({ outcome: 'published', revision: 1 });
});
afterEach(() => world.close());

const lowerBudget = { budgets: [{ window: 'day', maxCostUsd: 1 }] };
const userOverride = (name: string, value: unknown) =>
  ({ kind: 'override', scope: 'policy.user', name, value }) as const;
const groupOverride = (name: string, value: unknown) =>
  ({ kind: 'override', scope: 'policy.group', name, value }) as const;

async function headSnapshot(): Promise<Snapshot> {
  const { rows } = await world.pool.query(
    `SELECT r.* FROM cell JOIN config_revision r ON r.cell = cell.id AND r.revision = cell.revision`,
  );
  const [row] = rows;
  const sealed: SealedSnapshot = {
    seal: {
      cell: row.cell,
      epoch: Number(row.epoch),
      revision: Number(row.revision),
      totalBytes: row.content.byteLength,
      digest: row.digest,
      algorithm: row.algorithm,
      keyId: row.key_id,
      signature: row.signature,
    },
    content: row.content,
  };
  const opened = openSnapshot(sealed, 'main', [world.trustedKey]);
  if (opened.outcome === 'refused') throw new Error(opened.problem);
  return opened.snapshot;
}

async function auditDetails(type: string): Promise<Record<string, unknown>[]> {
  const { rows } = await world.pool.query('SELECT body FROM audit_leaves ORDER BY log_index');
  return rows
    .map((row) => JSON.parse(row.body))
    .filter((body) => body.type === type)
    .map((body) => body.detail);
}

describe('publishing an override', () => {
  it('makes a signed snapshot with the next revision, its history and its trail', async () => {
    const result = await publish(world.publishing, userOverride('u-basic', lowerBudget), AS_ADMIN);

    expect(result).toMatchObject({ outcome: 'published', revision: 2 });
    const snapshot = await headSnapshot();
    expect(snapshot.revision).toBe(2);
    expect(snapshot.config.security.policy.users['u-basic']?.budgets?.[0]?.limits).toEqual({ costNanoUsd: 1e9 });
    const history = await world.pool.query(
      'SELECT revision, before, value, author, reason FROM config_override_history',
    );
    expect(history.rows).toEqual([
      { revision: '2', before: null, value: lowerBudget, author: 'u-admin', reason: 'a test' },
    ]);
    expect(await auditDetails('admin.action')).toContainEqual(
      expect.objectContaining({
        action: 'override.write',
        changes: [{ scope: 'policy.user', name: 'u-basic', before: null, after: lowerBudget }],
      }),
    );
  });

  it('numbers concurrent changes consecutively and loses none', async () => {
    const names = Array.from({ length: 12 }, (_value, index) => `u-${index}`);

    const results = await Promise.all(
      names.map((name) => publish(world.publishing, userOverride(name, lowerBudget), AS_ADMIN)),
    );

    const revisions = results.map((result) => ('revision' in result ? result.revision : 0)).sort((a, b) => a - b);
    expect(revisions).toEqual(names.map((_name, index) => index + 2));
    expect(Object.keys((await headSnapshot()).config.security.policy.users)).toEqual(expect.arrayContaining(names));
  });

  it('refuses a change that was made against an older revision, with the value in force', async () => {
    await publish(world.publishing, userOverride('u-basic', lowerBudget), AS_ADMIN);

    const stale = await publish(world.publishing, userOverride('u-basic', { maxTier: 'SIMPLE' }), {
      ...AS_ADMIN,
      expectedRevision: 1,
    });

    expect(stale).toEqual({ outcome: 'conflict', revision: 2, value: lowerBudget });
  });

  it('names every problem with its path and writes nothing', async () => {
    const result = await publish(
      world.publishing,
      groupOverride('secrouter-power-users', { maxTier: 'HUGE', budgets: [{ window: 'fortnight', maxCostUsd: -1 }] }),
      AS_ADMIN,
    );

    expect(result.outcome).toBe('invalid');
    const paths = 'problems' in result ? result.problems.map((problem) => problem.path) : [];
    expect(paths).toContain('security.policy.groups.secrouter-power-users.maxTier');
    expect(paths.some((path) => path.startsWith('security.policy.groups.secrouter-power-users.budgets[0]'))).toBe(true);
    expect((await headSnapshot()).revision).toBe(1);
  });

  it('refuses text that the database cannot keep', async () => {
    const result = await publish(world.publishing, userOverride('u-basic', { deniedModels: ['a\0b'] }), AS_ADMIN);

    expect(result).toMatchObject({ outcome: 'invalid', problems: [{ path: 'policy.user' }] });
  });

  it('refuses to remove the last admin', async () => {
    const result = await publish(world.publishing, groupOverride('secrouter-admins', { admin: false }), AS_ADMIN);

    expect(result).toMatchObject({ outcome: 'invalid', problems: [{ path: 'security.policy' }] });
  });

  it('returns to the value of the file when it is removed', async () => {
    const before = (await headSnapshot()).config;
    await publish(world.publishing, groupOverride('secrouter-power-users', { maxTier: 'SIMPLE' }), AS_ADMIN);

    const removed = await publish(world.publishing, groupOverride('secrouter-power-users', null), AS_ADMIN);

    expect(removed).toMatchObject({ outcome: 'published', revision: 3 });
    expect((await headSnapshot()).config).toEqual(before);
  });

  it('does not make a revision of removing what is not there', async () => {
    const removed = await publish(world.publishing, groupOverride('nobody', null), AS_ADMIN);

    expect(removed).toEqual({ outcome: 'unchanged', revision: 1 });
  });
});

describe('rolling back', () => {
  it('restores the overrides of an old revision over the file of today, under a new revision', async () => {
    await publish(world.publishing, userOverride('u-basic', lowerBudget), AS_ADMIN);
    const { rows } = await world.pool.query('SELECT overrides FROM config_revision WHERE revision = 2');
    await publish(world.publishing, userOverride('u-basic', null), AS_ADMIN);
    await world.editConfig((config) => {
      config.security.policy.users['svc-batch'].allowedTiers = ['SIMPLE', 'MEDIUM'];
    });
    await world.loadBaseline();

    const result = await publish(
      world.publishing,
      { kind: 'rollback', revision: 2, overrides: rows[0].overrides },
      AS_ADMIN,
    );

    expect(result).toMatchObject({ outcome: 'published', revision: 5 });
    const { users } = (await headSnapshot()).config.security.policy;
    expect(users['u-basic']?.budgets).toHaveLength(1);
    expect(users['svc-batch']?.allowedTiers).toEqual(['SIMPLE', 'MEDIUM']);
  });
});

describe('reloading the file', () => {
  it('makes a revision only when something changed', async () => {
    expect(await world.loadBaseline()).toEqual({ outcome: 'unchanged', revision: 1 });
    await world.editConfig((config) => {
      config._note = 'a note is not a change';
    });
    expect(await world.loadBaseline()).toEqual({ outcome: 'unchanged', revision: 1 });
    await world.editConfig((config) => {
      config.security.policy.default.budgets[0].maxCostUsd = 5;
    });
    expect(await world.loadBaseline()).toMatchObject({ outcome: 'published', revision: 2 });
  });

  it('keeps a change of the file that an override hides', async () => {
    await publish(world.publishing, userOverride('svc-batch', lowerBudget), AS_ADMIN);
    await world.editConfig((config) => {
      config.security.policy.users['svc-batch'].allowedTiers = ['MEDIUM'];
    });

    expect(await world.loadBaseline()).toMatchObject({ outcome: 'published', revision: 3 });
    await publish(world.publishing, userOverride('svc-batch', null), AS_ADMIN);

    expect((await headSnapshot()).config.security.policy.users['svc-batch']?.allowedTiers).toEqual(['MEDIUM']);
  });

  it('names every problem of a broken file and keeps the running one', async () => {
    await world.editConfig((config) => {
      config.tiers.SIMPLE.primary = 'nowhere/small';
      config.security.policy.default.maxTier = 'HUGE';
    });

    const result = await world.loadBaseline();

    expect(result).toMatchObject({ outcome: 'invalid' });
    expect('problems' in result && result.problems.length).toBeGreaterThanOrEqual(2);
    expect((await headSnapshot()).revision).toBe(1);
  });
});

describe('revoking', () => {
  it('puts the denial into the next snapshot and takes it out again', async () => {
    const revocation = { id: crypto.randomUUID(), kind: 'principal', value: 'u-basic' } as const;

    await publish(world.publishing, { kind: 'revoke', revocation }, AS_ADMIN);
    expect((await headSnapshot()).revocations).toEqual([revocation]);
    expect(
      await publish(
        world.publishing,
        { kind: 'revoke', revocation: { ...revocation, id: crypto.randomUUID() } },
        AS_ADMIN,
      ),
    ).toMatchObject({ outcome: 'unchanged' });
    await publish(world.publishing, { kind: 'reinstate', id: revocation.id }, AS_ADMIN);

    expect((await headSnapshot()).revocations).toEqual([]);
    expect((await world.pool.query('SELECT removed_by FROM revocation')).rows).toEqual([{ removed_by: 'u-admin' }]);
  });
});

describe('after a restore from backup', () => {
  it('publishes the same state above what was seen elsewhere', async () => {
    const result = await publish(world.publishing, { kind: 'restore', above: 40, raiseEpoch: false }, AS_ADMIN);

    expect(result).toMatchObject({ outcome: 'published', epoch: 1, revision: 41 });
    expect((await headSnapshot()).revision).toBe(41);
  });
});
