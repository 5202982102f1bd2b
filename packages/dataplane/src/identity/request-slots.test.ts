import { RequestRefused } from '@secrouter/proto';
import { expect, test } from 'vitest';
import { RequestSlots } from './request-slots.ts';

test('one principal may use an empty pod up to three quarters, then no more than a quarter', () => {
  const slots = new RequestSlots(100);

  for (let count = 0; count < 75; count += 1) slots.take('greedy');

  expect(() => slots.take('greedy')).toThrow(RequestRefused);
  for (let count = 0; count < 25; count += 1) slots.take('other');
  expect(() => slots.take('third')).toThrow(RequestRefused);
  expect(slots.used).toBe(100);
});

test('a slot is given back once', () => {
  const slots = new RequestSlots(1);

  const giveBack = slots.take('a');
  giveBack();
  giveBack();

  expect(slots.used).toBe(0);
  slots.take('b');
  expect(() => slots.take('a')).toThrow(RequestRefused);
});
