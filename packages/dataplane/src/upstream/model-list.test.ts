import { describe, expect, test } from 'vitest';
import { judgeProbe } from './model-list.ts';

const judge = (answer: unknown, status = 200) =>
  judgeProbe(status, Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)));
const many = (count: number) => ({ data: Array.from({ length: count }, (_, index) => ({ id: `m${index}` })) });

test('a list has ids, each once, whatever else stands in it', () => {
  const data = [{ id: 'a', object: 'model', permission: [{ allow: true }] }, { id: 'b/c:1' }, { id: 'a' }];

  expect(judge({ object: 'list', data })).toEqual({ outcome: 'listed', models: ['a', 'b/c:1'] });
  expect(judge({ data: [] })).toEqual({ outcome: 'listed', models: [] });
  expect(judge(many(10_000))).toMatchObject({ outcome: 'listed' });
});

describe('what cannot be read', () => {
  test.each([
    ['HTML', '<html>'],
    ['nothing', ''],
    ['another shape', { models: ['a'] }],
    ['data that is no list', { data: { id: 'a' } }],
    ['an id that is no text', { data: [{ id: 'a' }, { id: 7 }] }],
    ['an empty id', { data: [{ id: '' }] }],
    ['an id without end', { data: [{ id: 'a'.repeat(257) }] }],
    ['a name in place of an object', { data: ['a'] }],
    ['data twice', '{"data":[],"data":[{"id":"a"}]}'],
    ['too many', many(10_001)],
    ['too much', `{"data":[]}${' '.repeat(1_048_576)}`],
    ['broken UTF-8', '{"data":[{"id":"\ufffd'],
  ])('%s', (_name, answer) => {
    expect(judge(answer)).toEqual({ outcome: 'unreadable' });
  });
});

test.each([
  [404, { outcome: 'unlisted' }],
  [405, { outcome: 'unlisted' }],
  [301, { outcome: 'refused', status: 301 }],
  [401, { outcome: 'refused', status: 401 }],
  [500, { outcome: 'refused', status: 500 }],
])('status %i is %j', (status, expected) => {
  expect(judge({ data: [{ id: 'a' }] }, status)).toEqual(expected);
});
