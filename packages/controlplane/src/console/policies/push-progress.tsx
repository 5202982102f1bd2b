'use client';
// The push of one revision over the fleet, watched until every live pod has applied or refused it.
import { Alert, List, Progress, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { FleetView } from '../../use-cases/config/read-fleet.ts';
import { adminFetch } from '../admin-fetch.ts';
import { toFleetPod } from '../fleet/fleet-pod.ts';
import { type PushState, pushState } from '../fleet/push-state.ts';
import { formatDuration } from '../format.ts';
import { WarningIcon } from '../icons.tsx';
import { Panel } from '../panel.tsx';

const POLL_INTERVAL_MS = 400;
/** A push takes fractions of a second; past this the fleet page is the better place to watch. */
const WATCH_LIMIT_MS = 60_000;

export function PushProgress({ revision }: { readonly revision: number }) {
  const { state, isOver, failure } = usePush(revision);
  return (
    <Panel title={`Saved as revision ${revision}`} id="push">
      <Stack gap="sm" aria-live="polite">
        <Text data-testid="push-state">{describePush(revision, state)}</Text>
        <Progress
          value={state === undefined || state.pods === 0 ? 0 : (state.applied / state.pods) * 100}
          animated={!isOver}
          color={state !== undefined && state.refusals.length > 0 ? 'orange' : 'teal'}
          aria-label="Pods that have the revision"
        />
        {state === undefined || state.refusals.length === 0 ? null : (
          <Alert color="orange" icon={<WarningIcon />} title="Refused, still on their old policy">
            <List size="sm">
              {state.refusals.map(({ podId, reason }) => (
                <List.Item key={podId}>
                  {podId}: {reason}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        {failure === undefined ? null : (
          <Text size="sm" c="dimmed">
            {failure}
          </Text>
        )}
      </Stack>
    </Panel>
  );
}

function usePush(revision: number) {
  const [state, setState] = useState<PushState>();
  const [failure, setFailure] = useState<string>();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    void watchPush(revision, abort.signal, setState, setFailure).then(() => {
      if (!abort.signal.aborted) setOver(true);
    });
    return () => abort.abort();
  }, [revision]);
  return { state, failure, isOver };
}

async function watchPush(
  revision: number,
  signal: AbortSignal,
  onState: (state: PushState) => void,
  onFailure: (message: string | undefined) => void,
): Promise<void> {
  const until = Date.now() + WATCH_LIMIT_MS;
  while (!signal.aborted && Date.now() < until) {
    const answer = await adminFetch<FleetView>('/api/fleet', { signal });
    if (signal.aborted) return;
    onFailure(answer.outcome === 'ok' ? undefined : answer.message);
    if (answer.outcome === 'ok') {
      const state = pushState(answer.body.pods.map(toFleetPod), revision);
      onState(state);
      if (state.pods > 0 && state.applied + state.refusals.length === state.pods) return;
    } else if (answer.status === 401 || answer.status === 403) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

function describePush(revision: number, state: PushState | undefined): string {
  if (state === undefined) return 'Pushing to the fleet…';
  if (state.pods === 0) return 'No pod is connected. Each one gets the revision when it connects.';
  const time = state.slowestApplyMs === undefined ? '' : `, applied in ${formatDuration(state.slowestApplyMs)}`;
  return `Revision ${revision} on ${state.applied} of ${state.pods} ${state.pods === 1 ? 'pod' : 'pods'}${time}.`;
}
