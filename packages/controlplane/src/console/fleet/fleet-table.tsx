// The pods: which revision each has, since when, and what it complains about.
import { Code, Stack, Text } from '@mantine/core';
import { type Column, DataTable } from '../data-table.tsx';
import { formatAge, formatDuration, formatPercent, formatTime } from '../format.ts';
import { StatusBadge, type StatusTone } from '../status-badge.tsx';
import type { FleetPod } from './fleet-pod.ts';

const COLUMNS: readonly Column[] = [
  { key: 'pod', label: 'Pod' },
  { key: 'state', label: 'State' },
  { key: 'revision', label: 'Revision', isNumber: true },
  { key: 'applied', label: 'Since' },
  { key: 'spool', label: 'Spool', isNumber: true },
  { key: 'notes', label: 'Notes' },
];

export interface FleetTableProps {
  readonly pods: readonly FleetPod[];
  readonly revision: number;
  readonly now: Date;
}

export function FleetTable({ pods, revision, now }: FleetTableProps) {
  const rows = pods.map((pod) => ({
    key: pod.podId,
    cells: {
      pod: (
        <>
          <Text fw={550} size="sm">
            {pod.podId}
          </Text>
          <Text size="xs" c="dimmed">
            {pod.version}
            <br />
            {pod.address}
          </Text>
        </>
      ),
      state: <PodState pod={pod} revision={revision} />,
      revision: pod.appliedRevision ?? '–',
      applied:
        pod.appliedAt === undefined ? (
          '–'
        ) : (
          <>
            <Text size="sm" title={formatTime(pod.appliedAt)}>
              {formatAge(pod.appliedAt, now)}
            </Text>
            {pod.applyMs === undefined ? null : (
              <Text size="xs" c="dimmed" className="number">
                applied in {formatDuration(pod.applyMs)}
              </Text>
            )}
          </>
        ),
      spool: formatPercent(pod.spoolShare),
      notes: <PodNotes pod={pod} now={now} />,
    },
  }));
  return <DataTable caption="Pods of the fleet" columns={COLUMNS} rows={rows} minWidth={760} />;
}

function PodState({ pod, revision }: { readonly pod: FleetPod; readonly revision: number }) {
  const [tone, text] = podState(pod, revision);
  return <StatusBadge tone={tone}>{text}</StatusBadge>;
}

function podState(pod: FleetPod, revision: number): readonly [StatusTone, string] {
  if (!pod.isLive) return ['neutral', 'gone'];
  if (pod.refusal !== undefined && pod.refusal.revision > (pod.appliedRevision ?? 0)) return ['bad', 'refused'];
  if ((pod.appliedRevision ?? 0) < revision) return ['warning', 'behind'];
  return pod.degraded.length > 0 ? ['warning', 'degraded'] : ['good', pod.state];
}

function PodNotes({ pod, now }: { readonly pod: FleetPod; readonly now: Date }) {
  const notes = [
    ...(pod.isLive ? [] : [`last seen ${formatAge(pod.lastSeenAt, now)}`]),
    ...pod.missingCredentials.map((name) => `credential missing: ${name}`),
    ...pod.openCircuits.map((name) => `circuit open: ${name}`),
    ...pod.degraded.map((name) => `degraded: ${name}`),
  ];
  const hasRefusal = pod.refusal !== undefined && pod.refusal.revision > (pod.appliedRevision ?? 0);
  if (notes.length === 0 && !hasRefusal) {
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    );
  }
  return (
    <Stack gap={2}>
      {hasRefusal && pod.refusal !== undefined ? (
        <Text size="sm">
          revision {pod.refusal.revision}: {pod.refusal.reason}
          {pod.refusal.path === '' ? null : (
            <>
              {' '}
              at <Code>{pod.refusal.path}</Code>
            </>
          )}
        </Text>
      ) : null}
      {notes.map((note) => (
        <Text key={note} size="sm">
          {note}
        </Text>
      ))}
    </Stack>
  );
}
