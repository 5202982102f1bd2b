import { expect, it } from 'vitest';
import { findPolicyRow, policyRows } from './policy-rows.ts';

const filePolicy = { groups: { staff: { maxTier: 'SIMPLE' }, power: {} }, users: { u: { maxTier: 'MEDIUM' } } };
const override = {
  scope: 'policy.group',
  name: 'staff',
  value: { maxTier: 'COMPLEX' },
  author: 'u-admin',
  reason: 'because',
  revision: 4,
  updatedAt: '2026-11-22T08:00:00.000Z',
};

it('sets file, override and what governs side by side, by name', () => {
  const rows = policyRows('group', filePolicy, [override, { ...override, name: 'new' }]);

  expect(rows.map(({ name, file, inForce }) => [name, file, inForce])).toEqual([
    ['new', undefined, { maxTier: 'COMPLEX' }],
    ['power', {}, {}],
    ['staff', { maxTier: 'SIMPLE' }, { maxTier: 'COMPLEX' }],
  ]);
});

it('keeps the layers apart and knows names without a rule', () => {
  expect(findPolicyRow('user', 'staff', filePolicy, [override])).toEqual({ name: 'staff' });
  expect(findPolicyRow('user', 'constructor', filePolicy, [])).toEqual({ name: 'constructor' });
});
