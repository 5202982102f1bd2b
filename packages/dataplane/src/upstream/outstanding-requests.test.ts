import { expect, test } from 'vitest';
import { OutstandingRequests } from './outstanding-requests.ts';

test('counts what was begun and has not ended, each end once, each endpoint by itself', () => {
  const outstanding = new OutstandingRequests();
  const end = outstanding.begin('p', 'http://a');
  outstanding.begin('p', 'http://a');
  outstanding.begin('p', 'http://b');

  end();
  end();

  expect(['http://a', 'http://b', 'http://c'].map((endpoint) => outstanding.count('p', endpoint))).toEqual([1, 1, 0]);
});
