'use client';
// The budgets of a rule: one card each, with the limits that people set most; the JSON beside holds the rest.
import { Button, Fieldset, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import type { FieldProblem } from '../admin-fetch.ts';
import { type BudgetValue, textOf, withCurrent, withField } from './rule-value.ts';

export interface BudgetEditorProps {
  readonly budgets: readonly BudgetValue[];
  readonly onChange: (budgets: readonly BudgetValue[]) => void;
  /** Paths are relative to the rule: `budgets[0].window`. */
  readonly problems: readonly FieldProblem[];
}

const WINDOWS = ['minute', 'hour', 'day', 'month', 'quarter', 'year'];
const SCOPES = [
  { value: 'user', label: 'a person' },
  { value: 'group', label: 'the group' },
  { value: 'organization', label: 'everybody' },
];
const LIMITS = [
  { field: 'maxCostUsd', label: 'Cost', prefix: '$', decimals: 6 },
  { field: 'maxRequests', label: 'Requests', prefix: '', decimals: 0 },
  { field: 'maxTotalTokens', label: 'Tokens', prefix: '', decimals: 0 },
] as const;
const NEW_BUDGET: BudgetValue = { window: 'day', maxCostUsd: 10 };

export function BudgetEditor({ budgets, onChange, problems }: BudgetEditorProps) {
  const replace = (index: number, budget: BudgetValue) =>
    onChange(budgets.map((current, position) => (position === index ? budget : current)));
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text fw={550} size="sm">
          Budgets
        </Text>
        <Button variant="default" size="xs" onClick={() => onChange([...budgets, NEW_BUDGET])}>
          Add a budget
        </Button>
      </Group>
      {budgets.length > 0 ? null : (
        <Text size="sm" c="dimmed">
          No budget is stated here.
        </Text>
      )}
      {budgets.map((budget, index) => (
        <BudgetCard
          key={index}
          number={index + 1}
          budget={budget}
          problemOf={(field) => problems.find(({ path }) => path === `budgets[${index}].${field}`)?.message}
          onChange={(changed) => replace(index, changed)}
          onRemove={() => onChange(budgets.filter((_budget, position) => position !== index))}
        />
      ))}
    </Stack>
  );
}

interface BudgetCardProps {
  readonly number: number;
  readonly budget: BudgetValue;
  readonly problemOf: (field: string) => string | undefined;
  readonly onChange: (budget: BudgetValue) => void;
  readonly onRemove: () => void;
}

function BudgetCard({ number, budget, problemOf, onChange, onRemove }: BudgetCardProps) {
  return (
    <Fieldset legend={`Budget ${number}`} radius="md">
      <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm">
        <Select
          label="Window"
          data={withCurrent(WINDOWS, textOf(budget, 'window'))}
          value={textOf(budget, 'window')}
          allowDeselect={false}
          error={problemOf('window')}
          onChange={(value) => onChange(withField(budget, 'window', value ?? undefined))}
        />
        <Select
          label="Shared by"
          data={SCOPES}
          value={textOf(budget, 'scope') ?? 'user'}
          allowDeselect={false}
          error={problemOf('scope')}
          onChange={(value) =>
            onChange(withField(budget, 'scope', value === 'user' || value === null ? undefined : value))
          }
        />
        <TextInput
          label="Calendar zone"
          placeholder="rolling window"
          value={textOf(budget, 'calendar') ?? ''}
          error={problemOf('calendar')}
          onChange={(event) => onChange(withField(budget, 'calendar', event.currentTarget.value || undefined))}
        />
        {LIMITS.map(({ field, label, prefix, decimals }) => (
          <NumberInput
            key={field}
            label={label}
            placeholder="no limit"
            prefix={prefix}
            min={0}
            decimalScale={decimals}
            thousandSeparator=","
            hideControls
            value={typeof budget[field] === 'number' ? budget[field] : ''}
            error={problemOf(field)}
            onChange={(value) => onChange(withField(budget, field, typeof value === 'number' ? value : undefined))}
          />
        ))}
      </SimpleGrid>
      <Group justify="flex-end" mt="xs">
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          aria-label={`Remove budget ${number}`}
          onClick={onRemove}
        >
          Remove
        </Button>
      </Group>
    </Fieldset>
  );
}
