// How much of a limit is used, as a bar and in words.
import { Group, Progress, Text } from '@mantine/core';
import { formatPercent } from './format.ts';
import { NEAR_LIMIT_SHARE } from './near-limit.ts';

export interface LimitBarProps {
  readonly usedShare: number;
  readonly text: string;
}

export function LimitBar({ usedShare, text }: LimitBarProps) {
  const color = usedShare >= 1 ? 'red' : usedShare >= NEAR_LIMIT_SHARE ? 'orange' : 'teal';
  return (
    <div className="limit-bar">
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="xs" className="number">
          {text}
        </Text>
        <Text size="xs" c="dimmed" className="number">
          {formatPercent(usedShare)}
        </Text>
      </Group>
      <Progress value={Math.min(1, usedShare) * 100} color={color} size="sm" mt={4} aria-label={`${text}, used`} />
    </div>
  );
}
