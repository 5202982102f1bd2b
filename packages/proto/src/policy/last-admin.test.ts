import { describe, expect, it } from 'vitest';
import { lastAdminRemains } from './last-admin.ts';
import type { PolicyConfig } from './policy-rule.ts';

const withAdmins: PolicyConfig = { groups: { admins: { admin: true } }, users: {} };
const withRole: PolicyConfig = { groups: {}, users: { root: { roles: ['admin'] } } };
const without: PolicyConfig = { default: { roles: ['auditor'] }, groups: { admins: { admin: false } }, users: {} };

describe('lastAdminRemains', () => {
  it('is false when the change takes the last admin away', () => {
    expect(lastAdminRemains(withAdmins, without)).toBe(false);
  });

  it('is true while any rule still grants admin, by flag or by role', () => {
    expect(lastAdminRemains(withAdmins, withRole)).toBe(true);
    expect(lastAdminRemains(withRole, { default: { admin: true }, groups: {}, users: {} })).toBe(true);
  });

  it('is true where there was no admin to lose', () => {
    expect(lastAdminRemains(without, without)).toBe(true);
  });
});
