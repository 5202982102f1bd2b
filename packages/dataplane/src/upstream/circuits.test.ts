import { beforeEach, describe, expect, test } from 'vitest';
import { Circuits, type CircuitTransition } from './circuits.ts';

const ENDPOINT = { provider: 'p', endpoint: 'http://a', model: '' };
const MODEL = { provider: 'p', endpoint: 'http://a', model: 'p/m' };
let nowMs = 0;
let transitions: CircuitTransition[] = [];
let circuits: Circuits;

beforeEach(() => {
  nowMs = 1_000_000;
  transitions = [];
  circuits = new Circuits(
    () => nowMs,
    (transition) => transitions.push(transition),
  );
  circuits.configure({ circuitThreshold: 3, cooldownSeconds: 30 });
});

const fail = (target: typeof MODEL, times: number) => {
  for (let count = 0; count < times; count += 1) circuits.failed(target);
};
const mayTry = (model = 'p/m', endpoint = 'http://a') => circuits.mayTry('p', endpoint, model);

describe('a circuit', () => {
  test('opens after so many failures in a row, and a success between begins anew', () => {
    fail(MODEL, 2);
    circuits.succeeded('p', 'http://a', 'p/m');
    fail(MODEL, 2);
    expect(mayTry()).toBe(true);

    fail(MODEL, 1);

    expect(mayTry()).toBe(false);
    expect(transitions.map(({ to }) => to)).toEqual(['open']);
  });

  test('of a model leaves the endpoint to other models, one of the endpoint to none', () => {
    fail(MODEL, 3);
    expect([mayTry('p/m'), mayTry('p/other'), mayTry('p/m', 'http://b')]).toEqual([false, true, true]);

    fail(ENDPOINT, 3);

    expect([mayTry('p/other'), mayTry('p/m', 'http://b')]).toEqual([false, true]);
  });

  test('lets one probe through after its cool-down; its success closes, its failure opens again', () => {
    fail(MODEL, 3);
    nowMs += 29_999;
    expect(circuits.isAvailable('p', 'http://a', 'p/m')).toBe(false);
    nowMs += 1;
    expect(circuits.isAvailable('p', 'http://a', 'p/m')).toBe(true);

    expect([mayTry(), mayTry()]).toEqual([true, false]);
    circuits.failed(MODEL);
    nowMs += 29_999;
    expect(mayTry()).toBe(false);
    nowMs += 1;
    expect(mayTry()).toBe(true);
    circuits.succeeded('p', 'http://a', 'p/m');

    expect(mayTry()).toBe(true);
    expect(circuits.list()).toEqual([]);
    expect(transitions.map(({ to }) => to)).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });

  test('whose probe never reports lets another through after a cool-down', () => {
    fail(MODEL, 3);
    nowMs += 30_000;
    expect(mayTry()).toBe(true);
    nowMs += 30_000;

    expect(mayTry()).toBe(true);
  });

  test('that blocks a model costs the endpoint no probe', () => {
    fail(ENDPOINT, 3);
    nowMs += 30_000;
    fail(MODEL, 3);

    expect(mayTry('p/m')).toBe(false);
    expect(mayTry('p/other')).toBe(true);
  });
});

describe('a health probe', () => {
  const mayProbe = () => circuits.mayProbe('p', 'http://a');

  test('waits for the cool-down like a request, and takes the one probe', () => {
    expect(mayProbe()).toBe(true);
    fail(ENDPOINT, 3);
    nowMs += 29_999;
    expect(mayProbe()).toBe(false);
    nowMs += 1;

    expect([mayProbe(), mayProbe(), mayTry()]).toEqual([true, false, false]);
    circuits.reached('p', 'http://a');

    expect(mayTry()).toBe(true);
    expect(transitions.map(({ to }) => to)).toEqual(['open', 'half-open', 'closed']);
  });

  test('that fails keeps the circuit open for another cool-down, without a transition each time', () => {
    fail(ENDPOINT, 3);
    for (let round = 0; round < 5; round += 1) {
      nowMs += 30_000;
      expect(mayProbe()).toBe(true);
      circuits.failed(ENDPOINT);
    }
    expect(transitions.map(({ to }) => to)).toEqual(['open']);
    expect(mayTry()).toBe(false);
  });

  test('that succeeds begins the count anew, but closes nothing that opened while it was on its way', () => {
    fail(ENDPOINT, 2);
    circuits.reached('p', 'http://a');
    fail(ENDPOINT, 2);
    expect(mayTry()).toBe(true);

    fail(ENDPOINT, 1);
    circuits.reached('p', 'http://a');

    expect(mayTry()).toBe(false);
  });

  test('says nothing of a model', () => {
    fail(MODEL, 3);
    expect(mayProbe()).toBe(true);

    circuits.reached('p', 'http://a');

    expect(mayTry()).toBe(false);
  });
});
