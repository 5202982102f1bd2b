// A person's budgets: limit, what is used of it where the books tell, whose pot it is, and the rule that states it.
import { Text } from '@mantine/core';
import type { AppliedBudget } from '@secrouter/proto';
import { findNearestLimit } from '../../use-cases/people/nearest-limit.ts';
import type { WindowUsage } from '../../use-cases/people/read-window-usage.ts';
import { type Column, DataTable } from '../data-table.tsx';
import { LimitBar } from '../limit-bar.tsx';
import { describeUsedLimit } from './describe-limit.ts';
import { describeLimits, describeWindow } from './describe-policy.ts';
import { OriginLink } from './effective-policy-table.tsx';

const COLUMNS: readonly Column[] = [
  { key: 'limit', label: 'Limit' },
  { key: 'used', label: 'Used' },
  { key: 'pot', label: 'Shared by' },
  { key: 'origin', label: 'From' },
];

export interface BudgetTableProps {
  readonly budgets: readonly AppliedBudget[];
  readonly usage: WindowUsage | undefined;
}

export function BudgetTable({ budgets, usage }: BudgetTableProps) {
  const rows = budgets.map((budget, index) => ({
    key: `${budget.pot} ${index}`,
    cells: {
      limit: (
        <>
          <Text size="sm" fw={550}>
            {describeLimits(budget)}
          </Text>
          <Text size="xs" c="dimmed">
            {describeWindow(budget)}
          </Text>
        </>
      ),
      used: <Used budget={budget} usage={usage} />,
      pot: <Text size="sm">{describePot(budget)}</Text>,
      origin: <OriginLink origin={budget.origin} />,
    },
  }));
  return <DataTable caption="Budgets" columns={COLUMNS} rows={rows} minWidth={600} />;
}

function Used({ budget, usage }: { readonly budget: AppliedBudget; readonly usage: WindowUsage | undefined }) {
  const nearest = findNearestLimit([budget], usage);
  if (nearest !== undefined) return <LimitBar usedShare={nearest.usedShare} text={describeUsedLimit(nearest)} />;
  return (
    <Text size="sm" c="dimmed">
      counted by the pods
    </Text>
  );
}

function describePot({ scope, pot }: AppliedBudget): string {
  if (scope === 'user') return 'this person';
  return scope === 'organization' ? 'everybody' : pot.replace('group/', 'group ');
}
