import { beforeEach, expect, test } from 'vitest';
import { LiveModels } from './live-models.ts';

const AT = { provider: 'p', endpoint: 'http://a' };
let nowMs = 0;
let live: LiveModels;

beforeEach(() => {
  nowMs = 1_000;
  live = new LiveModels(() => nowMs);
});

const livenessOf = (model: string, endpoint = 'http://a') => live.livenessOf('p', endpoint, model);

test('says of each endpoint what it lists, and nothing of one that was not asked', () => {
  live.note(AT, ['one'], 100, true);

  expect([livenessOf('one'), livenessOf('two'), livenessOf('one', 'http://b')]).toEqual([
    'live',
    'not_live',
    'unknown',
  ]);
});

test('knows the tag that a name without one means', () => {
  live.note(AT, ['llama3:latest', 'phi:mini'], 100, true);

  expect([livenessOf('llama3'), livenessOf('phi')]).toEqual(['live', 'not_live']);
});

test('says nothing by a list that is empty, three intervals old, taken back, or of other names', () => {
  live.note(AT, [], 100, true);
  expect(livenessOf('one')).toBe('unknown');

  live.note(AT, ['two'], 100, true);
  nowMs += 300;
  expect(livenessOf('one')).toBe('not_live');
  nowMs += 1;
  expect(livenessOf('one')).toBe('unknown');
  expect(live.report()).toEqual([]);

  live.note(AT, ['two'], 100, false);
  expect(livenessOf('one')).toBe('unknown');

  live.note(AT, ['two'], 100, true);
  live.forget('p', 'http://a');
  expect(livenessOf('one')).toBe('unknown');
});

test('reports each list with its time, bounded for each endpoint and in all', () => {
  const models = Array.from({ length: 600 }, (_, index) => `m${index}`);
  for (const endpoint of ['a', 'b', 'c', 'd', 'e']) live.note({ provider: 'p', endpoint }, models, 100, false);

  const report = live.report();

  expect(report[0]).toMatchObject({ provider: 'p', endpoint: 'a', atMs: 1_000 });
  expect(report.map((list) => list.models.length)).toEqual([500, 500, 500, 500, 0]);
});
