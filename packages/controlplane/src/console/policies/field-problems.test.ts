import { expect, it } from 'vitest';
import { problemsAtRule } from './field-problems.ts';

it('shows a problem at the field it belongs to, and only those of the rule being edited', () => {
  const problems = [
    { path: 'security.policy.users.u-basic.budgets[0].window', message: 'unknown window' },
    { path: 'security.policy.users.u-basic2.maxTier', message: 'of somebody else' },
    { path: 'tiers.SIMPLE.primary', message: 'elsewhere' },
  ];

  const own = problemsAtRule(problems, 'security.policy.users.u-basic');

  expect(own).toEqual([{ path: 'budgets[0].window', message: 'unknown window' }]);
});
