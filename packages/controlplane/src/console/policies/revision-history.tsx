'use client';
// The newest revisions with who, why and what; one click takes the newest change back, any older state can be restored.
import { Alert, Button, Group, Stack, Text, Timeline } from '@mantine/core';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { RevisionSummary } from '../../db/config-queries.ts';
import { formatTime } from '../format.ts';
import { WarningIcon } from '../icons.tsx';
import { rollBack } from './override-requests.ts';
import { PushProgress } from './push-progress.tsx';

const KINDS: Readonly<Record<string, string>> = {
  publish: 'Override changed',
  rollback: 'Rolled back',
  baseline: 'Configuration file',
  revocation: 'Revocation',
  restore: 'Restored from backup',
};

export interface RevisionHistoryProps {
  /** Newest first. */
  readonly revisions: readonly RevisionSummary[];
  readonly csrfToken: string;
}

export function RevisionHistory({ revisions, csrfToken }: RevisionHistoryProps) {
  const router = useRouter();
  const [pending, setPending] = useState<number>();
  const [failure, setFailure] = useState<string>();
  const [saved, setSaved] = useState<number>();

  const restore = async (revision: number, reason: string) => {
    setPending(revision);
    setFailure(undefined);
    const answer = await rollBack(revision, csrfToken, reason);
    setPending(undefined);
    if (answer.outcome === 'ok') {
      setSaved(answer.body.revision);
      router.refresh();
    } else setFailure([answer.message, ...answer.problems.map(({ path, message }) => `${path}: ${message}`)].join(' '));
  };

  return (
    <Stack gap="md">
      {failure === undefined ? null : (
        <Alert color="red" icon={<WarningIcon />} title="Nothing was changed" role="alert">
          {failure}
        </Alert>
      )}
      {saved === undefined ? null : <PushProgress revision={saved} />}
      <Timeline bulletSize={14} lineWidth={2}>
        {revisions.map((entry, index) => (
          <Timeline.Item key={entry.revision} title={<EntryTitle entry={entry} />}>
            <EntryDetails entry={entry} />
            <Group gap="xs" mt={6}>
              <RestoreButton
                entry={entry}
                isNewest={index === 0}
                isPending={pending !== undefined}
                onRestore={restore}
              />
            </Group>
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  );
}

function EntryTitle({ entry }: { readonly entry: RevisionSummary }) {
  return (
    <Text size="sm" fw={600}>
      Revision {entry.revision} · {KINDS[entry.kind] ?? entry.kind}
    </Text>
  );
}

function EntryDetails({ entry }: { readonly entry: RevisionSummary }) {
  const changed = entry.changes.map(({ scope, name }) => `${scope.replace('policy.', '')} ${name}`).join(', ');
  return (
    <>
      {changed === '' ? null : <Text size="sm">{changed}</Text>}
      {entry.reason === '' ? null : (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          “{entry.reason}”
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {entry.author} · {formatTime(entry.createdAt)}
      </Text>
    </>
  );
}

interface RestoreButtonProps {
  readonly entry: RevisionSummary;
  readonly isNewest: boolean;
  readonly isPending: boolean;
  readonly onRestore: (revision: number, reason: string) => void;
}

/** A file's change is taken back in the file; what can be undone here are overrides. */
function RestoreButton({ entry, isNewest, isPending, onRestore }: RestoreButtonProps) {
  const { revision, kind } = entry;
  if (isNewest) {
    if (revision === 1 || (kind !== 'publish' && kind !== 'rollback')) return null;
    return (
      <Button
        size="compact-sm"
        variant="default"
        disabled={isPending}
        onClick={() => onRestore(revision - 1, `Undo of revision ${revision}`)}
      >
        Undo this change
      </Button>
    );
  }
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      disabled={isPending}
      aria-label={`Restore the overrides of revision ${revision}`}
      onClick={() => onRestore(revision, `Overrides of revision ${revision} restored`)}
    >
      Restore
    </Button>
  );
}
