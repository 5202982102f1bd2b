// One person's effective policy, each field with the rules that it comes from.
import { Anchor, Badge, Group, Text } from '@mantine/core';
import type { EffectivePolicy, RuleOrigin } from '@secrouter/proto';
import { type Column, DataTable } from '../data-table.tsx';
import { PlainLink } from '../plain-link.tsx';
import { fieldLabel } from '../policies/describe-rule.ts';
import { describePolicyField, POLICY_FIELDS } from './describe-policy.ts';

const COLUMNS: readonly Column[] = [
  { key: 'field', label: 'Field' },
  { key: 'value', label: 'In force' },
  { key: 'origin', label: 'From' },
];

export function EffectivePolicyTable({ policy }: { readonly policy: EffectivePolicy }) {
  const rows = POLICY_FIELDS.map((field) => ({
    key: field,
    cells: {
      field: <Text size="sm">{fieldLabel(field)}</Text>,
      value: (
        <Group gap={6}>
          {describePolicyField(policy, field).map((value) => (
            <Badge key={value} variant="default" tt="none" fw={500} radius="sm" className="value-badge">
              {value}
            </Badge>
          ))}
        </Group>
      ),
      origin: policy[field] === undefined ? '–' : <Origins origins={policy.origins[field] ?? []} />,
    },
  }));
  return (
    <DataTable caption="Effective policy with the origin of each field" columns={COLUMNS} rows={rows} minWidth={560} />
  );
}

function Origins({ origins }: { readonly origins: readonly RuleOrigin[] }) {
  if (origins.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        built in
      </Text>
    );
  }
  return (
    <Group gap={8}>
      {origins.map((origin) => (
        <OriginLink key={origin} origin={origin} />
      ))}
    </Group>
  );
}

/** `default`, `group/<name>` or `user/<principal>`, which is also where its editor is. */
export function OriginLink({ origin }: { readonly origin: RuleOrigin }) {
  const [layer, ...rest] = origin.split('/');
  const name = rest.join('/');
  return (
    <Anchor
      component={PlainLink}
      href={name === '' ? '/policies' : `/policies/${layer}/${encodeURIComponent(name)}`}
      size="sm"
    >
      {name === '' ? origin : `${layer} ${name}`}
    </Anchor>
  );
}
