import { describe, expect, test } from 'vitest';
import { samplePolicy } from '../policy/policy-fixtures.ts';
import { byLoad, type EndpointView, planAttempts } from './plan-attempts.ts';

/** Numbers that a test chose, then zeros. */
function dice(...values: readonly number[]): () => number {
  const left = [...values];
  return () => left.shift() ?? 0;
}

describe('the endpoints of a pool', () => {
  const loads: Readonly<Record<string, number>> = { a: 3, b: 1, c: 2, d: 0 };
  const order = (names: string, ...rolls: readonly number[]) =>
    byLoad([...names], (name) => loads[name] ?? 0, dice(...rolls)).join('');

  test.each([
    ['ab', 'the idler of two', [0, 0], 'ba'],
    ['ab', 'the idler of two, whichever comes first', [0.9, 0], 'ba'],
    ['abcd', 'the idler of the two that were drawn, not of all', [0, 0.99, 0, 0.99, 0, 0], 'dcba'],
    ['abcd', 'a loaded one, when only a more loaded one was drawn', [0, 0.5, 0, 0.99, 0, 0], 'cdba'],
    ['d', 'the only one', [], 'd'],
    ['', 'none', [], ''],
  ])('%s: %s', (names, _name, rolls, expected) => {
    expect(order(names, ...rolls)).toBe(expected);
  });

  test('are drawn evenly while their loads are the same, and each is tried once', () => {
    const firsts = new Map<string, number>();
    for (let roll = 0; roll < 300; roll += 1) {
      const [first = '', ...others] = byLoad(['x', 'y', 'z'], () => 7, dice((roll % 3) / 3 + 0.1, (roll % 2) / 2));
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
      expect([first, ...others].sort()).toEqual(['x', 'y', 'z']);
    }
    expect([...firsts.values()]).toEqual([100, 100, 100]);
  });
});

describe('a plan', () => {
  const policy = samplePolicy((config) => {
    Object.assign(config.providers.local ?? {}, { baseUrl: ['http://127.0.0.1:9000/v1', 'http://127.0.0.1:9001/v1'] });
    Object.assign(config.security.egress.allowlist[0] ?? {}, { allowedHost: ['127.0.0.1:9000', '127.0.0.1:9001'] });
  });
  const [one = '', other = ''] = policy.config.providers.local?.baseUrls ?? [];
  const candidates = ['local/small', 'local/large'].flatMap((id) => policy.models.byId.get(id) ?? []);
  const plan = (view: Partial<EndpointView> = {}) =>
    planAttempts(candidates, policy.config.providers, {
      isAvailable: () => true,
      outstanding: () => 0,
      liveness: () => 'unknown',
      random: dice(),
      ...view,
    }).map(({ model, endpoint }) => [model.id, endpoint]);

  test('has every endpoint of a candidate before the next candidate, the idler first', () => {
    const outstanding = (_provider: string, endpoint: string) => (endpoint === one ? 2 : 1);

    expect(plan({ outstanding })).toEqual([
      ['local/small', other],
      ['local/small', one],
      ['local/large', other],
      ['local/large', one],
    ]);
  });

  test('puts a candidate that no endpoint lists behind the live ones, and drops none', () => {
    const liveness = (_provider: string, _endpoint: string, name: string) => (name === 'large' ? 'live' : 'not_live');

    expect(plan({ liveness }).map(([id]) => id)).toEqual(['local/large', 'local/large', 'local/small', 'local/small']);
    expect(plan({ liveness: () => 'not_live' }).map(([id]) => id)).toEqual([
      'local/small',
      'local/small',
      'local/large',
      'local/large',
    ]);
  });

  test('asks an endpoint that lists the model, or says nothing, before one that does not, whatever their load', () => {
    const liveness = (_provider: string, endpoint: string) => (endpoint === one ? 'not_live' : 'unknown');
    const outstanding = (_provider: string, endpoint: string) => (endpoint === one ? 0 : 9);

    expect(plan({ liveness, outstanding })).toEqual([
      ['local/small', other],
      ['local/small', one],
      ['local/large', other],
      ['local/large', one],
    ]);
  });

  test('counts only endpoints that may be tried: a live one behind an open circuit helps nobody', () => {
    const isAvailable = (_provider: string, endpoint: string, model: string) =>
      endpoint === one || model === 'local/large';
    const liveness = (_provider: string, endpoint: string, name: string) =>
      endpoint === other || name === 'large' ? 'live' : 'not_live';

    expect(plan({ isAvailable, liveness }).map(([id]) => id)).toEqual(['local/large', 'local/large', 'local/small']);
  });

  test('leaves out what a circuit of the endpoint or of the model stands before', () => {
    const isAvailable = (_provider: string, endpoint: string, model: string) =>
      endpoint === other || model === 'local/large';

    expect(plan({ isAvailable })).toEqual([
      ['local/small', other],
      ['local/large', one],
      ['local/large', other],
    ]);
  });
});
