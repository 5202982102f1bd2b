// One figure with its change against the period before, linked to the rows behind it.
import { Anchor, Group, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { changeAgainst, formatPercent } from './format.ts';
import { PlainLink } from './plain-link.tsx';

export interface StatCardProps {
  readonly label: string;
  readonly value: string;
  readonly current?: number;
  readonly before?: number;
  readonly beforeLabel?: string;
  readonly note?: ReactNode;
  readonly href?: string;
  /** Names the figure for tests and for scripts that read the page. */
  readonly testId?: string;
}

export function StatCard(props: StatCardProps) {
  const figure = (
    <Text fz={{ base: 22, sm: 26 }} fw={650} lh={1.2} className="number" data-testid={props.testId}>
      {props.value}
    </Text>
  );
  return (
    <Paper withBorder radius="lg" py="md" px={{ base: 'sm', sm: 'lg' }} style={{ height: '100%' }}>
      <Text size="sm" c="dimmed">
        {props.label}
      </Text>
      {props.href === undefined ? (
        figure
      ) : (
        <Anchor
          component={PlainLink}
          href={props.href}
          underline="hover"
          c="inherit"
          aria-label={`${props.label}: ${props.value}`}
        >
          {figure}
        </Anchor>
      )}
      <Group gap={6} mt={4} mih={20}>
        <Change {...props} />
        {props.note === undefined ? null : (
          <Text size="xs" c="dimmed">
            {props.note}
          </Text>
        )}
      </Group>
    </Paper>
  );
}

function Change({ current, before, beforeLabel }: StatCardProps) {
  if (current === undefined || before === undefined || beforeLabel === undefined) return null;
  const change = changeAgainst(current, before);
  if (change === undefined) {
    return (
      <Text size="xs" c="dimmed">
        nothing in {beforeLabel}
      </Text>
    );
  }
  const arrow = change > 0 ? '▲' : change < 0 ? '▼' : '■';
  return (
    <Text size="xs" c="dimmed">
      <span aria-hidden="true">{arrow} </span>
      {change > 0 ? '+' : ''}
      {formatPercent(change)} vs {beforeLabel}
    </Text>
  );
}
