// A header can make a request somebody else's only where the file says so, and never raise anybody.
import { describe, expect, test } from 'vitest';
import { judgeDelegation } from './delegation.ts';
import { type IssuerRules, issuerNamespaces } from './issuer-rules.ts';
import { soleNamespace, testRules } from './token-fixtures.ts';
import type { TokenIdentity } from './token-identity.ts';

const rules = testRules({
  delegatingSubjects: ['chat', 'bare'],
  actingUserHeader: 'x-acting-user',
  actingGroupsHeader: 'x-acting-groups',
  delegatedGroups: { chat: ['dev', 'ops'] },
});

function identity(issuerSubject: string, changes: Partial<TokenIdentity> = {}): TokenIdentity {
  return {
    issuer: rules.issuer,
    principal: issuerSubject,
    issuerSubject,
    email: 'chat@example.test',
    groups: ['secrouter-admins'],
    roles: ['admin'],
    scopes: [],
    audiences: ['secrouter'],
    amr: [],
    acr: [],
    expiresAtSeconds: 1,
    isService: true,
    isDelegating: rules.delegatingSubjects.includes(issuerSubject),
    ...changes,
  };
}

function judge(subject: string, headers: object, changed: IssuerRules = rules): ReturnType<typeof judgeDelegation> {
  return judgeDelegation(identity(subject), changed, soleNamespace(changed), headers);
}

describe('delegation', () => {
  test('T119 ignores the header of anyone who may not delegate', () => {
    const judged = judge('u-basic', { actingUser: 'u-admin', actingGroups: 'secrouter-admins' });

    expect(judged).toEqual({ outcome: 'own', identity: identity('u-basic') });
  });

  test('T119 ignores it where the file names no header', () => {
    const { actingUserHeader: _header, ...without } = rules;

    expect(judge('chat', { actingUser: 'u-admin' }, without).outcome).toBe('own');
  });

  test('gives the request to the user, and nothing of the delegator goes over', () => {
    const judged = judge('chat', { actingUser: 'u-7', actingGroups: 'dev, ops,dev' });

    expect(judged).toMatchObject({
      outcome: 'acting',
      identity: {
        principal: 'u-7',
        groups: ['dev', 'ops'],
        roles: [],
        isService: false,
        isDelegating: false,
        actor: 'chat',
      },
    });
    expect(judged.outcome === 'acting' && 'email' in judged.identity).toBe(false);
  });

  test('a delegator without headers is itself', () => {
    expect(judge('chat', {})).toEqual({ outcome: 'own', identity: identity('chat') });
  });

  test.each([
    ['a group above the ceiling', 'chat', { actingUser: 'u', actingGroups: 'dev,secrouter-admins' }],
    ['any group without a ceiling', 'bare', { actingUser: 'u', actingGroups: 'dev' }],
    ['a ceiling of Object.prototype', 'bare', { actingUser: 'u', actingGroups: 'constructor' }],
  ])('T120 refuses %s', (_name, subject, headers) => {
    expect(judge(subject, headers)).toMatchObject({
      outcome: 'refused',
      code: 'not_authorized',
      param: 'acting_groups',
    });
  });

  test('T120 a delegator named like a member of Object.prototype has no ceiling', () => {
    const odd = { ...rules, delegatingSubjects: ['constructor'] };
    const delegator = identity('constructor', { isDelegating: true });

    expect(judgeDelegation(delegator, odd, soleNamespace(odd), { actingUser: 'u', actingGroups: 'dev' })).toMatchObject(
      {
        outcome: 'refused',
        code: 'not_authorized',
      },
    );
  });

  test('T120 the issuer list bounds a delegator too', () => {
    const bounded = { ...rules, groupsAllowed: ['ops'] };

    expect(judge('chat', { actingUser: 'u', actingGroups: 'dev' }, bounded).outcome).toBe('refused');
    expect(judge('chat', { actingUser: 'u', actingGroups: 'ops' }, bounded).outcome).toBe('acting');
  });

  test.each([
    ['a control character', { actingUser: 'u\u0007' }, 'acting_user'],
    ['a line end', { actingUser: 'u\r\nx' }, 'acting_user'],
    ['an empty user', { actingUser: '' }, 'acting_user'],
    ['a blank user', { actingUser: '  ' }, 'acting_user'],
    ['a non-ASCII user', { actingUser: 'caf\u00e9' }, 'acting_user'],
    ['256 characters', { actingUser: 'u'.repeat(256) }, 'acting_user'],
    ['a control character in a group', { actingUser: 'u', actingGroups: 'dev\u0000' }, 'acting_groups'],
    ['an empty group', { actingUser: 'u', actingGroups: 'dev,,ops' }, 'acting_groups'],
    ['201 groups', { actingUser: 'u', actingGroups: Array.from({ length: 201 }, () => 'dev').join() }, 'acting_groups'],
    ['groups without a user', { actingGroups: 'dev' }, 'acting_groups'],
  ])('T120 refuses %s', (_name, headers, param) => {
    expect(judge('chat', headers)).toEqual({ outcome: 'refused', code: 'invalid_request', param });
  });

  test('cannot act for a user of another issuer', () => {
    const [namespace] = issuerNamespaces([rules, testRules({ issuer: 'https://p.test', alias: 'partner' })]);
    if (namespace === undefined) throw new Error('no namespace');

    expect(judgeDelegation(identity('chat'), rules, namespace, { actingUser: 'partner#bob' })).toMatchObject({
      outcome: 'refused',
      code: 'not_authorized',
    });
  });
});
