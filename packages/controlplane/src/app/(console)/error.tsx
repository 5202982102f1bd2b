'use client';
// A page that failed: say so, offer to try again, keep the details in the log.
import { Button } from '@mantine/core';
import { WarningIcon } from '../../console/icons.tsx';
import { Notice } from '../../console/notice.tsx';

export default function ErrorPage({
  error,
  reset,
}: {
  readonly error: Error & { digest?: string };
  readonly reset: () => void;
}) {
  return (
    <Notice isPage icon={<WarningIcon size={22} />} title="This page could not be read">
      <p>The database or another part of the control plane did not answer. The gateway itself goes on serving.</p>
      {error.digest === undefined ? null : <p>Reference {error.digest}</p>}
      <Button onClick={reset} mt="xs">
        Try again
      </Button>
    </Notice>
  );
}
