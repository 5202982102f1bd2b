import { describe, expect, it } from 'vitest';
import { parseCommand } from './parse-command.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const parse = (line: string) => parseCommand(line.split(' '), NOW);

describe('the commands on the host', () => {
  it('are read with their reason', () => {
    expect(parse('rollback 17 --reason oops')).toEqual({ name: 'rollback', revision: 17, reason: 'oops' });
    expect(parse('grant-admin u-1 --until 2026-01-01T04:00:00Z')).toMatchObject({
      name: 'grant-admin',
      principal: 'u-1',
      until: new Date('2026-01-01T04:00:00Z'),
    });
    expect(parse('raise-epoch --above 90')).toMatchObject({ name: 'raise-epoch', above: 90 });
  });

  it.each([
    'rollback',
    'rollback 0',
    'rollback 1 2',
    'grant-admin u-1',
    'grant-admin u-1 --until yesterday',
    'grant-admin u-1 --until 2025-12-31T23:59:59Z',
    'grant-admin u-1 --until 2027-01-01T00:00:00Z',
    'raise-epoch now',
    'rollback 1 --force',
    'format-disk',
  ])('refuse %s', (line) => {
    expect(typeof parse(line)).toBe('string');
  });
});
