import { expect, test } from 'vitest';
import { FAILURES_AT_ONCE, FailureLane, FORGERY_MEMORY_MS, MAX_FAILING_SOURCES } from './failure-lane.ts';

function lane() {
  let nowMs = 1_000_000;
  return {
    lane: new FailureLane(() => nowMs),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('F46 a source without tries left waits, and earns them back with time', () => {
  const { lane: failures, pass } = lane();

  for (let count = 0; count < FAILURES_AT_ONCE; count += 1) failures.noteFailure('192.0.2.1');

  expect(failures.waitSeconds('192.0.2.1')).toBe(1);
  expect(failures.waitSeconds('192.0.2.2')).toBeUndefined();
  pass(1_000);
  expect(failures.waitSeconds('192.0.2.1')).toBeUndefined();
});

test('addresses of one IPv6 customer share their tries', () => {
  const { lane: failures } = lane();

  for (let count = 0; count < FAILURES_AT_ONCE; count += 1) failures.noteFailure(`2001:db8:1:2::${count.toString(16)}`);

  expect(failures.waitSeconds('2001:db8:1:2:ffff::1')).toBe(1);
  expect(failures.waitSeconds('2001:db8:1:3::1')).toBeUndefined();
});

test('a crowd of sources stays within the bound', () => {
  const { lane: failures } = lane();

  for (let count = 0; count < FAILURES_AT_ONCE; count += 1) failures.noteFailure('192.0.2.1');
  for (let count = 0; count < MAX_FAILING_SOURCES; count += 1) failures.noteFailure(`source-${count}`);

  expect(failures.waitSeconds('192.0.2.1')).toBeUndefined();
});

test('a forgery is known by its bytes for a while, until keys change', () => {
  const { lane: failures, pass } = lane();

  failures.noteForgery('a.b.c');

  expect(failures.isForgery('a.b.c')).toBe(true);
  expect(failures.isForgery('a.b.d')).toBe(false);
  pass(FORGERY_MEMORY_MS);
  expect(failures.isForgery('a.b.c')).toBe(false);
  failures.noteForgery('a.b.c');
  failures.forgetForgeries();
  expect(failures.isForgery('a.b.c')).toBe(false);
});

test('an address of IPv6 is one source however it is spelled', () => {
  const { lane: failures } = lane();

  for (let count = 0; count < FAILURES_AT_ONCE; count += 1) failures.noteFailure('2001:db8::1');

  expect(failures.waitSeconds('2001:0db8:0000:0000:ffff::2')).toBe(1);
  expect(failures.waitSeconds('2001:db8:0:1::1')).toBeUndefined();
});

test('F46 tokens that were judged side by side are owed, so that no crowd of connections earns more', () => {
  const { lane: failures, pass } = lane();

  for (let count = 0; count < FAILURES_AT_ONCE + 50; count += 1) failures.noteFailure('192.0.2.1');

  expect(failures.waitSeconds('192.0.2.1')).toBe(6);
  pass(5_000);
  expect(failures.waitSeconds('192.0.2.1')).toBe(1);
  pass(100);
  expect(failures.waitSeconds('192.0.2.1')).toBeUndefined();
});

test('a good token of a failing source is known until it expires, whoever shows it', () => {
  const { lane: failures, pass } = lane();

  failures.noteGood('192.0.2.1', 'a.b.c', 1_100);
  expect(failures.isKnownGood('a.b.c')).toBe(false);
  failures.noteFailure('192.0.2.1');
  failures.noteGood('192.0.2.1', 'a.b.c', 1_100);

  expect(failures.isKnownGood('a.b.c')).toBe(true);
  expect(failures.isKnownGood('a.b.d')).toBe(false);
  pass(100_000);
  expect(failures.isKnownGood('a.b.c')).toBe(false);
});
