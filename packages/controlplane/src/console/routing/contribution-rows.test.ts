import { expect, test } from 'vitest';
import { contributionRows } from './contribution-rows.ts';

const part = (
  dimension: 'base' | 'design' | 'fact' | 'code',
  points: number,
  spans: readonly [number, number][] = [],
) => ({
  dimension,
  points,
  value: 0.256,
  weight: 1,
  spans: spans.map(([start, end]) => ({ start, end })),
});

test('shows the largest part first, the base last, and nothing that adds nothing', () => {
  const rows = contributionRows('Plan the plan', [
    part('base', -3_000),
    part('fact', -90),
    part('design', 200, [
      [0, 4],
      [9, 13],
    ]),
    part('code', 0),
  ]);

  expect(rows).toEqual([
    { key: 'design', points: '+200', value: '0.26', found: 'plan' },
    { key: 'fact', points: '-90', value: '0.26', found: '' },
    { key: 'base', points: '-3000', value: '', found: '' },
  ]);
});

test('shows the whole word that a term begins, and of a script without spaces just the term', () => {
  const prompt = 'Redo the migration. 请设计系统';

  const [row] = contributionRows(prompt, [
    part('design', 200, [
      [9, 14],
      [21, 23],
    ]),
  ]);

  expect(row?.found).toBe('migration, 设计');
});
