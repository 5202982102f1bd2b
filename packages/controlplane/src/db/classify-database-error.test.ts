import { expect, test } from 'vitest';
import { classifyDatabaseError } from './classify-database-error.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

test.each(['22P05', '22003', '23502', '23514'])('calls %s the fault of the data', (code) => {
  expect(classifyDatabaseError(withCode(code))).toBe('data');
});

test.each(['40001', '40P01', '23505', '53100', '57P01', '08006', 'ECONNREFUSED', '42P01', '22'])(
  'tries again after %s',
  (code) => {
    expect(classifyDatabaseError(withCode(code))).toBe('retry');
  },
);

test('tries again after whatever it does not know', () => {
  expect(classifyDatabaseError(new Error('Connection terminated'))).toBe('retry');
  expect(classifyDatabaseError('x')).toBe('retry');
});
