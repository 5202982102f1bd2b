'use client';
// Verify now: reads the whole log at the server and says whether it is what was signed.
import { Alert, Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { adminFetch } from '../admin-fetch.ts';
import { formatCount, formatDuration } from '../format.ts';
import { CheckIcon, WarningIcon } from '../icons.tsx';

interface VerifyAnswer {
  readonly ok: boolean;
  readonly checked: number;
  readonly size: number;
  readonly root: string;
  readonly checkpoint: unknown;
  readonly problems: readonly unknown[];
}

type Verification =
  | { readonly state: 'idle' | 'running' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'done'; readonly answer: VerifyAnswer; readonly durationMs: number };

const SHOWN_PROBLEMS = 20;

export function VerifyPanel() {
  const [verification, setVerification] = useState<Verification>({ state: 'idle' });

  const verify = async () => {
    setVerification({ state: 'running' });
    const startedAt = performance.now();
    const answer = await adminFetch<VerifyAnswer>('/api/audit/verify');
    setVerification(
      answer.outcome === 'ok'
        ? { state: 'done', answer: answer.body, durationMs: performance.now() - startedAt }
        : { state: 'failed', message: answer.message },
    );
  };

  return (
    <Stack gap="md">
      <Group gap="sm">
        <Button onClick={verify} loading={verification.state === 'running'}>
          Verify now
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {verification.state === 'running'
            ? 'Reading every leaf and rebuilding the tree…'
            : 'Nothing is changed by it.'}
        </Text>
      </Group>
      {verification.state === 'failed' ? (
        <Alert color="red" icon={<WarningIcon />} title="The verification could not run" role="alert">
          {verification.message}
        </Alert>
      ) : null}
      {verification.state === 'done' ? <VerifyResult {...verification} /> : null}
    </Stack>
  );
}

function VerifyResult({ answer, durationMs }: { readonly answer: VerifyAnswer; readonly durationMs: number }) {
  const counted = `${formatCount(answer.checked)} of ${formatCount(answer.size)} entries checked in ${formatDuration(durationMs)}.`;
  if (answer.ok) {
    return (
      <Alert color="teal" icon={<CheckIcon />} title="The log is intact" role="status" data-testid="verify-result">
        <Text size="sm">{counted}</Text>
        <Text size="sm" mt={4}>
          Root <Code className="mono">{answer.root}</Code>
        </Text>
      </Alert>
    );
  }
  return (
    <Alert
      color="red"
      icon={<WarningIcon />}
      title="The log is not what was signed"
      role="alert"
      data-testid="verify-result"
    >
      <Text size="sm">{counted}</Text>
      <List size="sm" mt={4}>
        {answer.problems.slice(0, SHOWN_PROBLEMS).map((problem) => {
          const text = typeof problem === 'string' ? problem : JSON.stringify(problem);
          return <List.Item key={text}>{text}</List.Item>;
        })}
      </List>
      {answer.problems.length > SHOWN_PROBLEMS ? (
        <Text size="sm">and {formatCount(answer.problems.length - SHOWN_PROBLEMS)} more</Text>
      ) : null}
    </Alert>
  );
}
