import { expect, test } from 'vitest';
import { RunningRequests } from './running-requests.ts';

function request() {
  return { departure: new AbortController(), facts: {} };
}

test('counts the requests that run, and gives their places to others', () => {
  const running = new RunningRequests();
  const first = running.begin(request());
  running.begin(request());

  running.end(first);
  running.end(first);

  expect(running.size).toBe(1);
  expect(running.begin(request())).toBe(first);
  expect(running.size).toBe(2);
});

test('ends those that are meant, with the reason', () => {
  const running = new RunningRequests();
  const [ended, spared, gone] = [request(), request(), request()];
  for (const one of [ended, spared]) running.begin(one);
  running.end(running.begin(gone));

  running.abort('revoked', (facts) => facts === ended.facts);

  expect(ended.departure.signal.reason).toBe('revoked');
  expect(spared.departure.signal.aborted).toBe(false);
  running.abort('draining');
  expect(spared.departure.signal.reason).toBe('draining');
  expect(gone.departure.signal.aborted).toBe(false);
});
