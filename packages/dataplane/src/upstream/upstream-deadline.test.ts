import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UpstreamDeadline } from './upstream-deadline.ts';
import { isStaleConnection, upstreamFailure } from './upstream-failure.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('counts from the start of the request, over all attempts', () => {
  const deadline = new UpstreamDeadline(new AbortController().signal, Date.now);
  deadline.limit(1_000);
  vi.advanceTimersByTime(900);
  deadline.limit(1_500);
  vi.advanceTimersByTime(599);
  expect(deadline.signal.isOver).toBe(false);

  vi.advanceTimersByTime(1);

  expect(upstreamFailure(deadline.signal.reason).kind).toBe('timeout');
});

test('ends with its request: the reason of the client is kept, and nothing is left behind', () => {
  const gone = new AbortController();
  const deadline = new UpstreamDeadline(gone.signal, Date.now);
  deadline.limit(1_000);

  gone.abort('draining');
  deadline.clear();

  expect(deadline.signal.reason).toBe('draining');
  expect(vi.getTimerCount()).toBe(0);
  expect(new UpstreamDeadline(gone.signal, Date.now).signal.isOver).toBe(true);
});

test('a signal made of it ends with it, also one that is made late', () => {
  const gone = new AbortController();
  const { signal } = new UpstreamDeadline(gone.signal, Date.now);
  const early = signal.toSignal();

  gone.abort('draining');

  expect(early.reason).toBe('draining');
  expect(signal.toSignal().reason).toBe('draining');
});

test.each([
  ['a connection that had answered', { code: 'ECONNRESET', receivedBytes: 500 }, true],
  ['one that was closed in order', { code: 'UND_ERR_SOCKET', socket: { bytesRead: 500 } }, true],
  ['a new connection', { code: 'ECONNRESET', receivedBytes: 0 }, false],
  ['a refused one', { code: 'ECONNREFUSED', receivedBytes: 500 }, false],
  ['a time-out', { code: 'UND_ERR_HEADERS_TIMEOUT', receivedBytes: 500 }, false],
])('P82 %s is stale: %j', (_name, fields, expected) => {
  expect(isStaleConnection(upstreamFailure(Object.assign(new Error('x'), fields)))).toBe(expected);
});
