import { readEnvironment } from '@secrouter/proto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { absolutePath, cellId, postgresUrl } from './variables.ts';

const schema = z.object({ DATABASE_URL: postgresUrl, SECROUTER_CONFIG: absolutePath, SECROUTER_CELL: cellId });

describe('the environment', () => {
  it('is read when all of it is valid, with the default cell', () => {
    const reading = readEnvironment(schema, { DATABASE_URL: 'postgresql://localhost/db', SECROUTER_CONFIG: '/c.json' });

    expect(reading).toMatchObject({ outcome: 'read', value: { SECROUTER_CELL: 'main' } });
  });

  it('lists every problem at once and never shows a secret', () => {
    const reading = readEnvironment(schema, { DATABASE_URL: 'mysql://u:hunter2@h/db', SECROUTER_CELL: 'Main' });

    expect(reading.outcome).toBe('refused');
    expect(JSON.stringify(reading)).not.toContain('hunter2');
    expect('problems' in reading && reading.problems.map((problem) => problem.name)).toEqual([
      'DATABASE_URL',
      'SECROUTER_CONFIG',
      'SECROUTER_CELL',
    ]);
  });
});
