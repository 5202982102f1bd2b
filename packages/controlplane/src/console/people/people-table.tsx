// One row a person: spend, requests, and the limit that is nearest.
import { Anchor, Text } from '@mantine/core';
import type { PersonUsage } from '../../use-cases/people/read-people.ts';
import { type Column, DataTable } from '../data-table.tsx';
import { formatAge, formatCount, formatDollars } from '../format.ts';
import { LimitBar } from '../limit-bar.tsx';
import { PlainLink } from '../plain-link.tsx';
import { describeUsedLimit } from './describe-limit.ts';

const COLUMNS: readonly Column[] = [
  { key: 'person', label: 'Person' },
  { key: 'cost', label: 'Spend, 30 days', isNumber: true },
  { key: 'requests', label: 'Requests', isNumber: true },
  { key: 'limit', label: 'Nearest limit' },
  { key: 'seen', label: 'Last request' },
];

export interface PeopleTableProps {
  readonly people: readonly PersonUsage[];
  readonly now: Date;
}

export function PeopleTable({ people, now }: PeopleTableProps) {
  const rows = people.map((person) => ({
    key: person.principal,
    cells: {
      person: (
        <>
          <Anchor
            component={PlainLink}
            href={`/people/${encodeURIComponent(person.principal)}`}
            className="row-link"
            size="sm"
          >
            {person.email ?? person.principal}
          </Anchor>
          <Text size="xs" c="dimmed">
            {[person.email === undefined ? undefined : person.principal, ...person.groups].filter(Boolean).join(' · ')}
          </Text>
        </>
      ),
      cost: formatDollars(person.costUsd),
      requests: formatCount(person.requestCount),
      limit:
        person.nearestLimit === undefined ? (
          <Text size="sm" c="dimmed">
            no daily or monthly limit
          </Text>
        ) : (
          <LimitBar usedShare={person.nearestLimit.usedShare} text={describeUsedLimit(person.nearestLimit)} />
        ),
      seen: formatAge(person.lastSeenAt, now),
    },
  }));
  return <DataTable caption="People by spend" columns={COLUMNS} rows={rows} minWidth={820} />;
}
