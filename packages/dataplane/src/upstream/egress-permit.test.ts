import { hostOf } from '@secrouter/proto';
import { describe, expect, test } from 'vitest';
import { sampleGrant, samplePolicy } from '../policy/policy-fixtures.ts';
import { EgressPermit, permitEgress } from './egress-permit.ts';

const policy = samplePolicy();
const grant = sampleGrant(policy);
const model = policy.models.byId.get('local/small') as NonNullable<ReturnType<typeof policy.models.byId.get>>;
const REACH = { hostedTools: false, remoteContent: false };

describe('a permit', () => {
  test('is made by the gate', () => {
    const judged = permitEgress(grant, policy, model, 'http://127.0.0.1:9000/v1', REACH);

    expect(judged.outcome).toBe('permitted');
    expect(judged.outcome === 'permitted' && EgressPermit.isGenuine(judged.permit)).toBe(true);
  });

  test('cannot be made, copied or dressed up by anybody else', () => {
    const judged = permitEgress(grant, policy, model, 'http://127.0.0.1:9000/v1', REACH);
    const genuine = judged.outcome === 'permitted' ? judged.permit : undefined;
    const copy = { ...genuine };
    const dressed = Object.assign(Object.create(EgressPermit.prototype), genuine, { baseUrl: 'http://evil.test' });

    expect(() => new EgressPermit(Symbol('egress permit') as never, model, 'http://evil.test', 'public')).toThrow(
      TypeError,
    );
    expect(EgressPermit.isGenuine(copy as never)).toBe(false);
    expect(EgressPermit.isGenuine(dressed)).toBe(false);
  });

  test.each([
    ['http://127.0.0.1:9001/v1', 'egress_denied'],
    ['https://127.0.0.1:9000/v1', 'permitted'],
    ['http://127.0.0.1/v1', 'egress_denied'],
    ['http://localhost:9000/v1', 'egress_denied'],
    ['http://2130706433:9000/v1', 'permitted'],
    ['http://127.0.0.1:9000@evil.test/v1', 'egress_denied'],
  ])('is judged by the host after parsing: %s is %s', (url, expected) => {
    const judged = permitEgress(grant, policy, model, url, REACH);

    expect(judged.outcome === 'permitted' ? 'permitted' : judged.code).toBe(expected);
  });

  test('is refused to a provider without a rule', () => {
    const stranger = { ...model, provider: 'other' };

    expect(permitEgress(grant, policy, stranger, 'http://127.0.0.1:9000/v1', REACH)).toMatchObject({
      reason: 'no_rule',
    });
  });
});

test.each([
  ['https://a.test/v1', 'a.test:443'],
  ['http://a.test/v1', 'a.test:80'],
  ['https://A.test:8443', 'a.test:8443'],
  ['http://[::1]:9000/v1', '[::1]:9000'],
])('the host of %s is %s', (url, host) => {
  expect(hostOf(url)).toBe(host);
});
