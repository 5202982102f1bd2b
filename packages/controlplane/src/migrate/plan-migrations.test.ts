import { describe, expect, it } from 'vitest';
import { planMigrations } from './plan-migrations.ts';

const first = { name: '0001_a', sql: 'SELECT 1', checksum: 'aa' };
const second = { name: '0002_b', sql: 'SELECT 2', checksum: 'bb' };
const applied = (name: string, checksum: string, isFinished = true) => ({ name, checksum, isFinished });

describe('planMigrations', () => {
  it('applies everything to an empty database, in order', () => {
    const plan = planMigrations([first, second], []);

    expect(plan).toEqual({ outcome: 'ready', pending: [first, second], unknown: [] });
  });

  it('applies nothing twice', () => {
    const plan = planMigrations([first, second], [applied('0001_a', 'aa'), applied('0002_b', 'bb')]);

    expect(plan).toEqual({ outcome: 'ready', pending: [], unknown: [] });
  });

  it('names a migration whose file was changed after it had been applied', () => {
    const plan = planMigrations([first], [applied('0001_a', 'zz')]);

    expect(plan).toMatchObject({ outcome: 'refused', problems: [expect.stringContaining('0001_a was changed')] });
  });

  it('refuses to go on after a migration that did not finish', () => {
    const plan = planMigrations([first], [applied('0001_a', 'aa', false)]);

    expect(plan).toMatchObject({ outcome: 'refused', problems: [expect.stringContaining('did not finish')] });
  });

  it('applies one that is missing before a later one', () => {
    const plan = planMigrations([first, second], [applied('0002_b', 'bb')]);

    expect(plan).toEqual({ outcome: 'ready', pending: [first], unknown: [] });
  });

  it('leaves the migrations of a newer version alone', () => {
    const plan = planMigrations([first], [applied('0001_a', 'aa'), applied('0002_b', 'bb')]);

    expect(plan).toEqual({ outcome: 'ready', pending: [], unknown: ['0002_b'] });
  });
});
