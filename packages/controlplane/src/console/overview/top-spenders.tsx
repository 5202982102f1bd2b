// The largest spenders of the last 30 days, with the way to everybody.
import { Anchor, Group, Progress, Stack, Text } from '@mantine/core';
import type { PersonUsage } from '../../use-cases/people/read-people.ts';
import { formatCount, formatDollars } from '../format.ts';
import { Panel } from '../panel.tsx';
import { PlainLink } from '../plain-link.tsx';

const SHOWN_PEOPLE = 5;

export function TopSpenders({ people }: { readonly people: readonly PersonUsage[] }) {
  const shown = people.slice(0, SHOWN_PEOPLE);
  const largest = Math.max(...shown.map(({ costUsd }) => costUsd), Number.MIN_VALUE);
  return (
    <Panel
      title="Largest spenders"
      lead="Last 30 days"
      actions={
        <Anchor component={PlainLink} href="/people" size="sm">
          Everybody
        </Anchor>
      }
    >
      {shown.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nobody has used the gateway yet.
        </Text>
      ) : (
        <Stack gap="sm" component="ul" className="plain-list">
          {shown.map(({ principal, email, costUsd, requestCount }) => (
            <li key={principal}>
              <Group justify="space-between" wrap="nowrap" gap="md">
                <Anchor
                  component={PlainLink}
                  href={`/people/${encodeURIComponent(principal)}`}
                  className="row-link"
                  size="sm"
                  truncate
                >
                  {email ?? principal}
                </Anchor>
                <Text size="sm" className="number">
                  {formatDollars(costUsd)}
                  <Text span size="xs" c="dimmed">
                    {' '}
                    · {formatCount(requestCount)} requests
                  </Text>
                </Text>
              </Group>
              <Progress value={(costUsd / largest) * 100} size="xs" mt={4} color="indigo" aria-hidden="true" />
            </li>
          ))}
        </Stack>
      )}
    </Panel>
  );
}
