import { generateKeyPairSync } from 'node:crypto';
import { type SealedSnapshot, type Snapshot, sealSnapshot, trustedKeyOf } from '@secrouter/proto';
import { beforeEach, describe, expect, test } from 'vitest';
import { PolicyHolder } from './apply-snapshot.ts';
import { compileSnapshot } from './compile-snapshot.ts';
import { sampleSnapshot } from './policy-fixtures.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const base = sampleSnapshot();
const sealed = (change: Partial<Snapshot> = {}): SealedSnapshot => sealSnapshot({ ...base, ...change }, privateKey);
let nowMs = 0;
let onApplied: () => void;
let holder: PolicyHolder;

beforeEach(() => {
  nowMs = 1_000;
  onApplied = () => undefined;
  holder = new PolicyHolder(
    't',
    () => [trustedKeyOf(publicKey)],
    () => nowMs,
    () => onApplied(),
  );
});

describe('the age of a policy', () => {
  const bounded = (maxSnapshotAgeSeconds: number) => ({
    ...base.config,
    security: { ...base.config.security, resilience: { ...base.config.security.resilience, maxSnapshotAgeSeconds } },
  });

  test('counts from its making until the control plane confirms it, then from there', () => {
    nowMs = Date.parse(base.createdAt) + 90_000;
    holder.apply(sealed({ revision: 5 }));

    expect(holder.ageSeconds).toBe(90);
    holder.confirm();
    expect(holder.ageSeconds).toBe(0);
  });

  test('ends its rule only where the file bounds it', () => {
    nowMs = Date.parse(base.createdAt);
    holder.apply(sealed({ revision: 5 }));
    nowMs += 365 * 86_400_000;
    expect(holder.isTooOld).toBe(false);

    holder.apply(sealed({ revision: 6, config: bounded(3_600) }));
    expect(holder.isTooOld).toBe(true);
    holder.confirm();
    expect(holder.isTooOld).toBe(false);
  });
});

describe('a snapshot', () => {
  test('is applied when it is newer, and repeated without effect', () => {
    expect(holder.apply(sealed({ revision: 5 })).outcome).toBe('applied');
    expect(holder.apply(sealed({ revision: 5 })).outcome).toBe('current');
    expect(holder.apply(sealed({ epoch: 2, revision: 1 })).outcome).toBe('applied');
    expect(holder.current?.snapshot).toMatchObject({ epoch: 2, revision: 1 });
  });

  test.each([
    ['F09 older', () => sealed({ revision: 4 }), 'older'],
    ['F09 of an older epoch', () => sealed({ epoch: 0, revision: 99 }), 'older'],
    ['F09 of another cell', () => sealed({ cell: 'other', revision: 9 }), 'other_cell'],
    [
      'F06 signed by a stranger',
      () => sealSnapshot({ ...base, revision: 9 }, generateKeyPairSync('ed25519').privateKey),
      'unknown_key',
    ],
    [
      'F06 moved to another revision',
      () => ({ ...sealed({ revision: 8 }), seal: { ...sealed({ revision: 8 }).seal, revision: 9 } }),
      'bad_signature',
    ],
    ['of an unknown version', () => sealed({ version: 9 as never, revision: 9 }), 'unknown_version'],
    [
      'F07 whose tier names a model that it does not have',
      () => sealed({ revision: 9, config: { ...base.config, models: [] } }),
      'inconsistent',
    ],
    ['whose shape is another one', () => sealed({ revision: 9, config: { tiers: {} } as never }), 'inconsistent'],
    ['without a configuration', () => sealed({ revision: 9, config: null as never }), 'inconsistent'],
  ])('%s is refused and the old one stays', (_name, make, reason) => {
    holder.apply(sealed({ revision: 5 }));

    expect(holder.apply(make())).toMatchObject({ outcome: 'refused', reason });
    expect(holder.current?.snapshot.revision).toBe(5);
  });

  test('that the pod cannot put into effect is refused and the old one stays', () => {
    holder.apply(sealed({ revision: 5 }));
    onApplied = () => {
      throw new Error('a file cannot be read');
    };

    expect(holder.apply(sealed({ revision: 6 }))).toMatchObject({ outcome: 'refused', reason: 'inconsistent' });
    expect(holder.current?.snapshot.revision).toBe(5);
  });

  test('ages from the last confirmation on', () => {
    expect(holder.ageSeconds).toBe(0);
    holder.apply(sealed());
    holder.confirm();
    nowMs += 61_000;

    expect(holder.ageSeconds).toBe(61);
  });
});

describe('F07 the path of what is inconsistent', () => {
  test.each([
    ['tiers.SIMPLE.primary', { SIMPLE: { primary: 'local/none', fallback: [] } }],
    ['tiers.SIMPLE.fallback[1]', { SIMPLE: { primary: 'local/small', fallback: ['local/large', 'local/none'] } }],
    ['tiers.COMPLEX', { COMPLEX: undefined }],
  ])('is %s', (path, tiers) => {
    const config = { ...base.config, tiers: { ...base.config.tiers, ...tiers } as never };

    expect(compileSnapshot({ ...base, config })).toMatchObject({ outcome: 'inconsistent', problems: [{ path }] });
  });

  test('is that of a model without its provider', () => {
    const compiled = compileSnapshot({ ...base, config: { ...base.config, providers: {} } });

    const paths = compiled.outcome === 'inconsistent' ? compiled.problems.map(({ path }) => path) : [];
    expect(paths).toContain('models.local/small');
    expect(paths).toHaveLength(base.config.models.length);
  });
});

test('a policy without security is refused by a pod that others can reach', () => {
  const config = { ...base.config, security: { ...base.config.security, enabled: false } };

  const onLoopback = compileSnapshot({ ...base, config }, undefined, false, true);
  const open = compileSnapshot({ ...base, config }, undefined, false, false);

  expect(onLoopback.outcome).toBe('compiled');
  expect(open).toMatchObject({ outcome: 'inconsistent', problems: [{ path: 'security.enabled' }] });
});
