// One person: usage, budgets, the effective policy with the origin of every field, refusals.
import { Button, Grid, GridCol, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { usdNumber } from '@secrouter/proto';
import type { Metadata } from 'next';
import { consolePage } from '../../../../console/console-page.tsx';
import { type Column, DataTable } from '../../../../console/data-table.tsx';
import { formatCompact, formatCount, formatExactDollars, formatTime } from '../../../../console/format.ts';
import { InfoIcon } from '../../../../console/icons.tsx';
import { Notice } from '../../../../console/notice.tsx';
import { RefusalList } from '../../../../console/overview/refusal-list.tsx';
import { PageHeader } from '../../../../console/page-header.tsx';
import { segmentText } from '../../../../console/page-params.ts';
import { Panel } from '../../../../console/panel.tsx';
import { BudgetTable } from '../../../../console/people/budget-table.tsx';
import { EffectivePolicyTable } from '../../../../console/people/effective-policy-table.tsx';
import { PlainLink } from '../../../../console/plain-link.tsx';
import { StatCard } from '../../../../console/stat-card.tsx';
import type { Viewer } from '../../../../console/viewer.ts';
import { policyOf } from '../../../../policy/published-policy.ts';
import { readRefusals } from '../../../../use-cases/overview/read-refusals.ts';
import { readLastSeen } from '../../../../use-cases/people/read-people.ts';
import { readWindowUsage } from '../../../../use-cases/people/read-window-usage.ts';
import { type OwnUsage, readOwnUsage } from '../../../../use-cases/usage/read-own-usage.ts';

export const metadata: Metadata = { title: 'Person' };

const REFUSAL_DAYS = 30;

export default function PersonPage(props: { readonly params: Promise<{ readonly principal: string }> }) {
  return consolePage('people', async (viewer) => {
    const principal = segmentText((await props.params).principal);
    const { usage, windows, refusals, lastSeen } = await readPerson(viewer, principal);
    const groups = lastSeen?.groups ?? [];
    const policy = policyOf(viewer.published, { principal, groups, service: lastSeen?.service === true });
    return (
      <>
        <PageHeader
          title={lastSeen?.email ?? principal}
          back={{ href: '/people', label: 'People & budgets' }}
          lead={<PersonLead principal={principal} lastSeen={lastSeen} />}
          actions={<PersonActions principal={principal} viewer={viewer} />}
        />
        <Stack gap="lg">
          <Figures usage={usage} />
          {policy === undefined ? (
            <Panel>
              <Notice icon={<InfoIcon size={20} />} title="No policy grants access">
                There is no default, and no rule of a group or of this person. Every request is refused.
              </Notice>
            </Panel>
          ) : (
            <>
              <Panel title="Budgets" isFlush={policy.budgets.length > 0}>
                {policy.budgets.length === 0 ? (
                  <Text size="sm" c="dimmed">
                    No budget limits this person.
                  </Text>
                ) : (
                  <BudgetTable budgets={policy.budgets} usage={windows} />
                )}
              </Panel>
              <Panel title="Effective policy" lead="As the next request will be judged" isFlush>
                <EffectivePolicyTable policy={policy} />
              </Panel>
            </>
          )}
          <Grid gap="lg">
            <GridCol span={{ base: 12, md: 8 }}>
              <ModelsPanel usage={usage} />
            </GridCol>
            <GridCol span={{ base: 12, md: 4 }}>
              <Panel title="Refusals" lead={`Last ${REFUSAL_DAYS} days, by reason`}>
                <RefusalList refusals={refusals} canOpenAudit={viewer.roles.includes('auditor')} />
              </Panel>
            </GridCol>
          </Grid>
        </Stack>
      </>
    );
  });
}

async function readPerson({ books, now }: Viewer, principal: string) {
  // The first reading waits for what has been answered already; the others then see it too.
  const usage = await readOwnUsage(books, principal, now.getTime());
  const [windows, refusals, lastSeen] = await Promise.all([
    readWindowUsage(books.pool, books.cell, [principal], now),
    readRefusals(books, now, REFUSAL_DAYS, principal),
    readLastSeen(books, principal),
  ]);
  return { usage, windows: windows.get(principal), refusals, lastSeen };
}

function PersonLead(props: {
  readonly principal: string;
  readonly lastSeen: Awaited<ReturnType<typeof readLastSeen>>;
}) {
  const { principal, lastSeen } = props;
  if (lastSeen === undefined) {
    return `${principal} has not used the gateway yet, so that no group is known: this is the policy without any.`;
  }
  const groups = lastSeen.groups.length === 0 ? 'no groups' : lastSeen.groups.join(', ');
  return `${principal} · ${lastSeen.service ? 'machine client · ' : ''}${groups} · last request ${formatTime(lastSeen.lastSeenAt)}`;
}

function PersonActions({ principal, viewer }: { readonly principal: string; readonly viewer: Viewer }) {
  const name = encodeURIComponent(principal);
  return (
    <Group gap="xs">
      {viewer.roles.includes('auditor') ? (
        <Button component={PlainLink} href={`/audit?principal=${name}`} variant="default">
          Audit trail
        </Button>
      ) : null}
      {viewer.roles.includes('policy') ? (
        <Button component={PlainLink} href={`/policies/user/${name}`}>
          Edit rule
        </Button>
      ) : null}
    </Group>
  );
}

function Figures({ usage }: { readonly usage: OwnUsage }) {
  const { last24h, last30d } = usage;
  const dollars = (nanoUsd: bigint) => formatExactDollars(usdNumber(nanoUsd));
  return (
    <SimpleGrid cols={{ base: 2, lg: 4 }} spacing={{ base: 'xs', sm: 'md' }}>
      <StatCard
        label="Spend, 24 hours"
        value={dollars(last24h.costNanoUsd)}
        note={`${formatCount(last24h.requestCount)} requests`}
        testId="spend-24h"
      />
      <StatCard label="Spend, 30 days" value={dollars(last30d.costNanoUsd)} testId="spend-30d" />
      <StatCard label="Requests, 30 days" value={formatCount(last30d.requestCount)} testId="requests-30d" />
      <StatCard
        label="Tokens, 30 days"
        value={formatCompact(last30d.totalTokens)}
        note={`${formatCompact(last30d.inputTokens)} in, ${formatCompact(last30d.outputTokens)} out`}
      />
    </SimpleGrid>
  );
}

const MODEL_COLUMNS: readonly Column[] = [
  { key: 'model', label: 'Model' },
  { key: 'requests', label: 'Requests', isNumber: true },
  { key: 'tokens', label: 'Tokens', isNumber: true },
  { key: 'cost', label: 'Cost', isNumber: true },
];

function ModelsPanel({ usage }: { readonly usage: OwnUsage }) {
  const rows = usage.models.map(({ model, requestCount, totalTokens, costNanoUsd }) => ({
    key: model,
    cells: {
      model: <span className="mono">{model}</span>,
      requests: formatCount(requestCount),
      tokens: formatCount(totalTokens),
      cost: formatExactDollars(usdNumber(costNanoUsd)),
    },
  }));
  return (
    <Panel title="Models" lead="Last 30 days" isFlush={rows.length > 0}>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          No request in the last 30 days.
        </Text>
      ) : (
        <DataTable caption="Usage by model" columns={MODEL_COLUMNS} rows={rows} minWidth={420} />
      )}
    </Panel>
  );
}
