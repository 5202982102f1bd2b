// One rule in words; absent says so.
import { Badge, Group, Stack, Text } from '@mantine/core';
import { describeRule } from './describe-rule.ts';
import type { RuleValue } from './rule-value.ts';

export interface RuleSummaryProps {
  readonly rule: RuleValue | undefined;
  readonly emptyText: string;
}

export function RuleSummary({ rule, emptyText }: RuleSummaryProps) {
  const lines = rule === undefined ? [] : describeRule(rule);
  if (lines.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {rule === undefined ? emptyText : 'States nothing.'}
      </Text>
    );
  }
  return (
    <Stack gap="sm" component="dl" m={0}>
      {lines.map(({ field, label, values }) => (
        <div key={field}>
          <Text component="dt" size="xs" c="dimmed">
            {label}
          </Text>
          <Group component="dd" gap={6} m={0} mt={2}>
            {values.map((value) => (
              <Badge key={value} variant="default" tt="none" fw={500} radius="sm" className="value-badge">
                {value}
              </Badge>
            ))}
          </Group>
        </div>
      ))}
    </Stack>
  );
}
