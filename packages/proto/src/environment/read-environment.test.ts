import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  booleanVariable,
  formatEnvironmentProblems,
  integerVariable,
  portVariable,
  readEnvironment,
} from './read-environment.ts';

const schema = z.object({
  PORT: portVariable.default(18_800),
  COUNT: integerVariable(1, 10).default(5),
  FLAG: booleanVariable.default(false),
  REDIS_URL: z.url(),
  SIGNING_KEY: z.string().min(40).optional(),
});
const read = (environment: Record<string, string | undefined>) =>
  readEnvironment(schema, { REDIS_URL: 'redis://h', ...environment });
const problems = (environment: Record<string, string | undefined>) => {
  const reading = read(environment);
  return reading.outcome === 'refused' ? reading.problems : [];
};

describe('an environment', () => {
  test('is read with its defaults, frozen, and without what it was not asked for', () => {
    const reading = read({ PORT: '80', FLAG: 'true', COUNT: '', OTHER: 'x' });

    expect(reading).toEqual({ outcome: 'read', value: { PORT: 80, COUNT: 5, FLAG: true, REDIS_URL: 'redis://h' } });
    expect(reading.outcome === 'read' && Object.isFrozen(reading.value)).toBe(true);
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '0x50'],
    ['PORT', ' 80'],
    ['PORT', '-1'],
    ['COUNT', '11'],
    ['COUNT', '1e1'],
    ['COUNT', '1.0'],
    ['FLAG', 'yes'],
    ['FLAG', 'TRUE'],
    ['FLAG', '1'],
  ])('is refused for %s=%j, never defaulted', (name, value) => {
    expect(problems({ [name]: value }).map((problem) => problem.name)).toEqual([name]);
  });

  test('has all its problems said at once, each with its name and what was found', () => {
    const text = formatEnvironmentProblems(problems({ PORT: 'abc', COUNT: '99', REDIS_URL: undefined }));

    expect(text.split('\n')).toHaveLength(3);
    expect(text).toContain('PORT: expected a port number (found "abc")');
    expect(text).toContain('COUNT: expected a whole number from 1 to 10 (found "99")');
    expect(text).toMatch(/REDIS_URL: .*\(found nothing\)/);
  });

  test('never shows a secret', () => {
    const text = formatEnvironmentProblems(problems({ SIGNING_KEY: 'hunter2', REDIS_URL: 'not a url with hunter2' }));

    expect(text).toContain('SIGNING_KEY');
    expect(text).not.toContain('hunter2');
  });
});
