import { describe, expect, it } from 'vitest';
import { type ConfigState, differingOverrides, nextState, overrideValue } from './config-state.ts';

const state: ConfigState = {
  files: { config: '{}', listenersOnLoopback: true },
  overrides: [
    { scope: 'policy.group', name: 'a', value: { maxTier: 'SIMPLE' } },
    { scope: 'tier', name: 'SIMPLE', value: { primary: 'p/m' } },
  ],
  revocations: [{ id: '1', kind: 'principal', value: 'u-1' }],
};

describe('nextState', () => {
  it('replaces an override of the same name and leaves the others', () => {
    const next = nextState(state, { kind: 'override', scope: 'policy.group', name: 'a', value: { maxTier: 'MEDIUM' } });

    expect(overrideValue(next.overrides, 'policy.group', 'a')).toEqual({ maxTier: 'MEDIUM' });
    expect(overrideValue(next.overrides, 'tier', 'SIMPLE')).toEqual({ primary: 'p/m' });
  });

  it('removes an override, so that the file holds again', () => {
    const next = nextState(state, { kind: 'override', scope: 'policy.group', name: 'a', value: null });

    expect(next.overrides.map((entry) => entry.scope)).toEqual(['tier']);
  });

  it('keeps overrides of one name in two scopes apart', () => {
    const next = nextState(state, { kind: 'override', scope: 'policy.user', name: 'a', value: { admin: true } });

    expect(next.overrides).toHaveLength(3);
  });

  it('rolls the overrides back and leaves file and revocations as they are today', () => {
    const next = nextState(state, { kind: 'rollback', revision: 1, overrides: [] });

    expect(next).toEqual({ ...state, overrides: [] });
  });

  it('adds and removes a revocation', () => {
    const revocation = { id: '2', kind: 'token', value: 'jti' } as const;
    const added = nextState(state, { kind: 'revoke', revocation });
    const removed = nextState(added, { kind: 'reinstate', id: '1' });

    expect(removed.revocations).toEqual([revocation]);
  });
});

describe('differingOverrides', () => {
  it('lists what was added, changed and removed, with both values', () => {
    const after = [
      { scope: 'policy.group', name: 'a', value: { maxTier: 'MEDIUM' } },
      { scope: 'policy.user', name: 'b', value: { admin: true } },
    ] as const;

    expect(differingOverrides(state.overrides, after)).toEqual([
      { scope: 'policy.group', name: 'a', before: { maxTier: 'SIMPLE' }, after: { maxTier: 'MEDIUM' } },
      { scope: 'policy.user', name: 'b', before: null, after: { admin: true } },
      { scope: 'tier', name: 'SIMPLE', before: { primary: 'p/m' }, after: null },
    ]);
  });

  it('does not take a different order of members for a difference', () => {
    const before = [{ scope: 'policy.group', name: 'a', value: { x: 1, y: 2 } }] as const;
    const after = [{ scope: 'policy.group', name: 'a', value: { y: 2, x: 1 } }] as const;

    expect(differingOverrides(before, after)).toEqual([]);
  });
});
