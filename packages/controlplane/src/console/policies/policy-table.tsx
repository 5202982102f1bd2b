// The rules of one layer: where each comes from and what it grants.
import { Anchor, Group, Text } from '@mantine/core';
import { type Column, DataTable } from '../data-table.tsx';
import { formatAge, formatTime } from '../format.ts';
import { PlainLink } from '../plain-link.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { describeBudget } from './describe-rule.ts';
import type { Layer, PolicyRow } from './policy-rows.ts';
import { budgetsOf, type RuleValue, textOf, textsOf } from './rule-value.ts';

const COLUMNS: readonly Column[] = [
  { key: 'name', label: 'Name' },
  { key: 'source', label: 'From' },
  { key: 'tiers', label: 'Tiers' },
  { key: 'budgets', label: 'Budgets' },
];

export interface PolicyTableProps {
  readonly layer: Layer;
  readonly caption: string;
  readonly rows: readonly PolicyRow[];
  readonly now: Date;
}

export function PolicyTable({ layer, caption, rows, now }: PolicyTableProps) {
  const tableRows = rows.map((row) => ({
    key: row.name,
    cells: {
      name: (
        <Anchor
          component={PlainLink}
          href={`/policies/${layer}/${encodeURIComponent(row.name)}`}
          className="row-link"
          size="sm"
          style={{ overflowWrap: 'anywhere' }}
        >
          {row.name}
        </Anchor>
      ),
      source: (
        <>
          <PolicySource row={row} />
          {row.override === undefined ? null : (
            <Text size="xs" c="dimmed" mt={2} title={formatTime(row.override.updatedAt)}>
              {row.override.author}, {formatAge(row.override.updatedAt, now)}
            </Text>
          )}
        </>
      ),
      tiers: <Brief texts={tiersInBrief(row.inForce ?? {})} />,
      budgets: <Brief texts={budgetsOf(row.inForce ?? {}).map(describeBudget)} />,
    },
  }));
  return <DataTable caption={caption} columns={COLUMNS} rows={tableRows} minWidth={560} />;
}

export function PolicySource({ row }: { readonly row: Pick<PolicyRow, 'file' | 'override'> }) {
  return (
    <Group gap={4} wrap="nowrap">
      {row.override === undefined ? null : <StatusBadge tone="warning">override</StatusBadge>}
      {row.file === undefined || row.override !== undefined ? null : <StatusBadge tone="neutral">file</StatusBadge>}
      {row.file === undefined && row.override === undefined ? <StatusBadge tone="neutral">no rule</StatusBadge> : null}
    </Group>
  );
}

function Brief({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    );
  }
  return texts.map((text) => (
    <Text key={text} size="sm">
      {text}
    </Text>
  ));
}

function tiersInBrief(rule: RuleValue): readonly string[] {
  const maxTier = textOf(rule, 'maxTier');
  const tiers = textsOf(rule, 'allowedTiers').join(', ');
  return [tiers, maxTier === null ? '' : `up to ${maxTier}`, rule.admin === true ? 'administrator' : ''].filter(
    (text) => text !== '',
  );
}
