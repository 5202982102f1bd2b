// One rule: the file's value, the override and what governs side by side, and the editor.
import { Anchor, SimpleGrid, Stack, Text } from '@mantine/core';
import { overridePath, TIERS } from '@secrouter/proto';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { consolePage } from '../../../../../console/console-page.tsx';
import { formatTime } from '../../../../../console/format.ts';
import { PageHeader } from '../../../../../console/page-header.tsx';
import { segmentText } from '../../../../../console/page-params.ts';
import { Panel } from '../../../../../console/panel.tsx';
import { PlainLink } from '../../../../../console/plain-link.tsx';
import { PolicyEditor } from '../../../../../console/policies/policy-editor.tsx';
import { findPolicyRow, isLayer, LAYERS, type PolicyRow } from '../../../../../console/policies/policy-rows.ts';
import { PolicySource } from '../../../../../console/policies/policy-table.tsx';
import { RuleSummary } from '../../../../../console/policies/rule-summary.tsx';
import type { Viewer } from '../../../../../console/viewer.ts';
import { readConfig } from '../../../../../use-cases/config/read-config.ts';

export const metadata: Metadata = { title: 'Policy' };

interface PolicyPageProps {
  readonly params: Promise<{ readonly layer: string; readonly name: string }>;
}

export default function PolicyPage({ params }: PolicyPageProps) {
  return consolePage('policies', async (viewer) => {
    const { layer, name: segment } = await params;
    if (!isLayer(layer)) notFound();
    const name = segmentText(segment);
    const view = await readConfig(viewer.context, viewer.published);
    const row = findPolicyRow(layer, name, view.file.policy, view.overrides);
    const { scope, one } = LAYERS[layer];
    const { revision, session } = viewer;
    return (
      <>
        <PageHeader
          title={name}
          back={{ href: '/policies', label: 'Policies' }}
          lead={
            <PolicyLead
              one={one}
              {...(layer === 'user' && viewer.roles.includes('finance') ? { principal: name } : {})}
            />
          }
          actions={<PolicySource row={row} />}
        />
        <Stack gap="lg">
          <SideBySide row={row} />
          <PolicyEditor
            target={{ scope, name, rulePath: overridePath({ scope, name }), revision, csrfToken: session.csrfToken }}
            {...(row.file === undefined ? {} : { fileValue: row.file })}
            {...(row.override === undefined ? {} : { overrideValue: row.override.value })}
            choices={ruleChoices(viewer)}
          />
        </Stack>
      </>
    );
  });
}

function PolicyLead({ one, principal }: { readonly one: string; readonly principal?: string }) {
  return (
    <>
      {`The rule of one ${one}. `}
      {principal === undefined ? null : (
        <Anchor component={PlainLink} href={`/people/${encodeURIComponent(principal)}`}>
          Usage and effective policy
        </Anchor>
      )}
    </>
  );
}

function SideBySide({ row }: { readonly row: PolicyRow }) {
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing="lg">
      <Panel title="In the file">
        <RuleSummary rule={row.file} emptyText="The file has no rule of this name." />
      </Panel>
      <Panel title="Override">
        <RuleSummary rule={row.override?.value} emptyText="No override: the file’s rule holds." />
        {row.override === undefined ? null : (
          <Text size="xs" c="dimmed" mt="md">
            “{row.override.reason}” · {row.override.author} · {formatTime(row.override.updatedAt)} · revision{' '}
            {row.override.revision}
          </Text>
        )}
      </Panel>
      <Panel title="In force">
        <RuleSummary rule={row.inForce} emptyText="No rule: others govern." />
      </Panel>
    </SimpleGrid>
  );
}

function ruleChoices({ config }: Viewer) {
  return {
    tiers: TIERS,
    models: config.models.map(({ id }) => id).sort(),
    classifications: config.security.classification.levels,
  };
}
