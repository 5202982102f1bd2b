import { describe, expect, it } from 'vitest';
import { rulePlace, tierPlace } from './override-routes.ts';

const at = (path: string) => ({ url: new URL(path, 'http://127.0.0.1/admin/api/') });

describe('the place that a path names', () => {
  it.each([
    ['policy/group/admins', 'policy.group', 'admins'],
    ['policy/user/a%2Fb%23c', 'policy.user', 'a/b#c'],
    ['policy/user/a/b', 'policy.user', 'a/b'],
    ['policy/user/100%2525', 'policy.user', '100%25'],
  ])('%s', (path, scope, name) => {
    expect(rulePlace(at(path))).toEqual({ scope, name });
  });

  it.each(['policy/default/x', 'policy/constructor/x', 'policy/group/'])('refuses %s as not found', (path) => {
    expect(() => rulePlace(at(path))).toThrow('not_found');
  });

  it.each([
    ['bad encoding', '%'],
    ['a control character', '%00'],
    ['overlength', 'n'.repeat(513)],
  ])('refuses a name with %s', (_what, name) => {
    const path = `policy/user/${name}`;
    expect(() => rulePlace(at(path))).toThrow('invalid_request');
  });

  it('takes the last segment for a tier', () => {
    expect(tierPlace(at('tier/SIMPLE'))).toEqual({ scope: 'tier', name: 'SIMPLE' });
  });
});
