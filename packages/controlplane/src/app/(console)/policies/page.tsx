// Policies: the default, groups and people; what the file says and what an override makes of it; the history.
import { Grid, GridCol, Stack } from '@mantine/core';
import type { Metadata } from 'next';
import { consolePage } from '../../../console/console-page.tsx';
import { InfoIcon } from '../../../console/icons.tsx';
import { Notice } from '../../../console/notice.tsx';
import { PageHeader } from '../../../console/page-header.tsx';
import { Panel } from '../../../console/panel.tsx';
import { NewRuleForm } from '../../../console/policies/new-rule-form.tsx';
import { LAYERS, type Layer, policyRows } from '../../../console/policies/policy-rows.ts';
import { PolicyTable } from '../../../console/policies/policy-table.tsx';
import { RevisionHistory } from '../../../console/policies/revision-history.tsx';
import { RuleSummary } from '../../../console/policies/rule-summary.tsx';
import { isRecord } from '../../../console/policies/rule-value.ts';
import { listRevisions } from '../../../db/config-queries.ts';
import { type ConfigView, readConfig } from '../../../use-cases/config/read-config.ts';

export const metadata: Metadata = { title: 'Policies' };

/** The history's length on this page; the trail has the rest. */
const SHOWN_REVISIONS = 12;

export default function PoliciesPage() {
  return consolePage('policies', async ({ context, published, session, now }) => {
    const [view, revisions] = await Promise.all([
      readConfig(context, published),
      listRevisions(context.prisma, context.config.cell, SHOWN_REVISIONS),
    ]);
    return (
      <>
        <PageHeader
          title="Policies"
          lead="The default is the floor, groups add to it, a person’s own rule has the last word."
        />
        <Grid gap="lg">
          <GridCol span={{ base: 12, lg: 8 }}>
            <Stack gap="lg">
              <LayerPanel layer="group" view={view} now={now} />
              <LayerPanel layer="user" view={view} now={now} />
              <Panel title="Add a rule" lead="It starts empty and is saved only after its preview.">
                <NewRuleForm />
              </Panel>
            </Stack>
          </GridCol>
          <GridCol span={{ base: 12, lg: 4 }}>
            <Stack gap="lg">
              <Panel title="Default" lead="Managed in the configuration file">
                <RuleSummary rule={defaultRule(view)} emptyText="Without a default, whoever has no rule is refused." />
              </Panel>
              <Panel title="History" id="history">
                <RevisionHistory revisions={revisions} csrfToken={session.csrfToken} />
              </Panel>
            </Stack>
          </GridCol>
        </Grid>
      </>
    );
  });
}

function LayerPanel({ layer, view, now }: { readonly layer: Layer; readonly view: ConfigView; readonly now: Date }) {
  const rows = policyRows(layer, view.file.policy, view.overrides);
  const { title, one } = LAYERS[layer];
  return (
    <Panel title={title} isFlush>
      {rows.length === 0 ? (
        <Notice icon={<InfoIcon size={20} />} title={`No ${one} has a rule`}>
          The default governs.
        </Notice>
      ) : (
        <PolicyTable layer={layer} caption={`Rules of ${title.toLowerCase()}`} rows={rows} now={now} />
      )}
    </Panel>
  );
}

function defaultRule({ file }: ConfigView) {
  const rule = isRecord(file.policy) ? file.policy.default : undefined;
  return isRecord(rule) ? rule : undefined;
}
