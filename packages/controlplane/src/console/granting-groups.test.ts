import { expect, it } from 'vitest';
import { grantingGroups } from './granting-groups.ts';

it('names the groups that grant the role, by name or as administrators', () => {
  const policy = {
    groups: {
      staff: { allowedTiers: ['SIMPLE'] as const },
      admins: { admin: true },
      auditors: { roles: ['auditor'] as const },
      owners: { roles: ['admin'] as const },
    },
    users: {},
  };

  expect(grantingGroups(policy, ['auditor'])).toEqual(['admins', 'auditors', 'owners']);
  expect(grantingGroups(policy, ['finance'])).toEqual(['admins', 'owners']);
});
