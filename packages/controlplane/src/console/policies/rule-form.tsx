'use client';
// The structured half of the editor. An empty control says nothing about its field; the merge then asks other rules.
import { Checkbox, Group, MultiSelect, SegmentedControl, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import type { FieldProblem } from '../admin-fetch.ts';
import { BudgetEditor } from './budget-editor.tsx';
import { budgetsOf, type RuleValue, textOf, textsOf, withCurrent, withField } from './rule-value.ts';

/** What the effective configuration offers to choose from. */
export interface RuleChoices {
  readonly tiers: readonly string[];
  readonly models: readonly string[];
  readonly classifications: readonly string[];
}

export interface RuleFormProps {
  readonly rule: RuleValue;
  readonly onChange: (rule: RuleValue) => void;
  readonly choices: RuleChoices;
  /** Paths are relative to the rule. */
  readonly problems: readonly FieldProblem[];
}

export function RuleForm({ rule, onChange, choices, problems }: RuleFormProps) {
  const set = (field: string, value: unknown) => onChange(withField(rule, field, value));
  const setList = (field: string, values: readonly string[]) => set(field, values.length === 0 ? undefined : values);
  const problemOf = (field: string) =>
    problems.find(({ path }) => path === field || path.startsWith(`${field}[`))?.message;
  return (
    <Stack gap="lg">
      <BudgetEditor
        budgets={budgetsOf(rule)}
        onChange={(budgets) => set('budgets', budgets.length === 0 ? undefined : budgets)}
        problems={problems}
      />
      <Checkbox.Group
        label="Tiers that auto may use"
        value={[...textsOf(rule, 'allowedTiers')]}
        error={problemOf('allowedTiers')}
        onChange={(values) =>
          setList(
            'allowedTiers',
            choices.tiers.filter((tier) => values.includes(tier)),
          )
        }
      >
        <Group mt={6} gap="md">
          {choices.tiers.map((tier) => (
            <Checkbox key={tier} value={tier} label={tier} />
          ))}
        </Group>
      </Checkbox.Group>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <Select
          label="Highest tier"
          placeholder="says nothing"
          data={withCurrent(choices.tiers, textOf(rule, 'maxTier'))}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear highest tier' }}
          value={textOf(rule, 'maxTier')}
          error={problemOf('maxTier')}
          onChange={(value) => set('maxTier', value ?? undefined)}
        />
        <Select
          label="Clearance"
          placeholder="says nothing"
          data={withCurrent(choices.classifications, textOf(rule, 'maxClassification'))}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear clearance' }}
          value={textOf(rule, 'maxClassification')}
          error={problemOf('maxClassification')}
          onChange={(value) => set('maxClassification', value ?? undefined)}
        />
      </SimpleGrid>
      <ModelLists rule={rule} models={choices.models} setList={setList} problemOf={problemOf} />
      <Violation value={textOf(rule, 'onViolation')} onChange={(value) => set('onViolation', value)} />
    </Stack>
  );
}

function ModelLists(props: {
  readonly rule: RuleValue;
  readonly models: readonly string[];
  readonly setList: (field: string, values: readonly string[]) => void;
  readonly problemOf: (field: string) => string | undefined;
}) {
  const lists = [
    { field: 'allowedModels', label: 'Allowed models' },
    { field: 'deniedModels', label: 'Denied models' },
  ];
  return lists.map(({ field, label }) => {
    const chosen = textsOf(props.rule, field);
    return (
      <MultiSelect
        key={field}
        label={label}
        placeholder={chosen.length === 0 ? 'says nothing' : ''}
        // Patterns written in the JSON stay choosable here.
        data={[...new Set([...props.models, ...chosen])]}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': `Clear ${label.toLowerCase()}` }}
        value={[...chosen]}
        error={props.problemOf(field)}
        onChange={(values) => props.setList(field, values)}
      />
    );
  });
}

function Violation(props: { readonly value: string | null; readonly onChange: (value: string | undefined) => void }) {
  return (
    <div>
      <Text size="sm" fw={500} id="violation-label">
        When a tier is not allowed
      </Text>
      <SegmentedControl
        mt={6}
        aria-labelledby="violation-label"
        value={props.value ?? ''}
        onChange={(value) => props.onChange(value === '' ? undefined : value)}
        data={[
          { value: '', label: 'Says nothing' },
          { value: 'deny', label: 'Deny' },
          { value: 'downgrade', label: 'Downgrade' },
        ]}
      />
    </div>
  );
}
