// Refusals by reason, each with the way to its entries in the trail.
import { Anchor, Code, Group, Stack, Text } from '@mantine/core';
import type { RefusalOverview } from '../../use-cases/overview/read-refusals.ts';
import { formatCount } from '../format.ts';
import { PlainLink } from '../plain-link.tsx';

export interface RefusalListProps {
  readonly refusals: RefusalOverview;
  readonly canOpenAudit: boolean;
}

export function RefusalList({ refusals, canOpenAudit }: RefusalListProps) {
  if (refusals.byCode.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing was refused.
      </Text>
    );
  }
  return (
    <Stack gap={6} component="ul" className="plain-list">
      {refusals.byCode.map(({ code, count }) => (
        <Group key={code} component="li" justify="space-between" wrap="nowrap">
          {canOpenAudit ? (
            <Anchor component={PlainLink} href={`/audit?search=${encodeURIComponent(code)}`} size="sm" className="mono">
              {code}
            </Anchor>
          ) : (
            <Code>{code}</Code>
          )}
          <Text size="sm" className="number">
            {formatCount(count)}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
