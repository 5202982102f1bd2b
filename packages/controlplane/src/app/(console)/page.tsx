// Overview: spend against the period before, refusals, the fleet, and what needs attention.
import { Anchor, Grid, GridCol, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Metadata } from 'next';
import { consolePage } from '../../console/console-page.tsx';
import type { FleetPod } from '../../console/fleet/fleet-pod.ts';
import { pushState } from '../../console/fleet/push-state.ts';
import { readFleetPods } from '../../console/fleet/read-fleet-pods.ts';
import { formatCount, formatDollars } from '../../console/format.ts';
import { InfoIcon } from '../../console/icons.tsx';
import { Notice } from '../../console/notice.tsx';
import { attentionItems } from '../../console/overview/attention.ts';
import { AttentionList } from '../../console/overview/attention-list.tsx';
import { RefusalList } from '../../console/overview/refusal-list.tsx';
import { TopSpenders } from '../../console/overview/top-spenders.tsx';
import { PageHeader } from '../../console/page-header.tsx';
import { Panel } from '../../console/panel.tsx';
import { PlainLink } from '../../console/plain-link.tsx';
import { StatCard } from '../../console/stat-card.tsx';
import { UsageChart } from '../../console/usage-chart.tsx';
import type { Viewer } from '../../console/viewer.ts';
import { awaitPositions } from '../../usage/position-barrier.ts';
import { readRefusals } from '../../use-cases/overview/read-refusals.ts';
import { type PeriodSpend, readSpend, type SpendOverview } from '../../use-cases/overview/read-spend.ts';
import { readPeople } from '../../use-cases/people/read-people.ts';

export const metadata: Metadata = { title: 'Overview' };

const REFUSAL_DAYS = 7;

export default function OverviewPage() {
  return consolePage('overview', async (viewer) => {
    const { revision } = viewer;
    // What has been answered before this page was asked for is on it.
    await awaitPositions(viewer.books);
    const { spend, people, refusals, pods } = await readOverview(viewer);
    const nearLimits = people?.rows.flatMap(({ nearestLimit, ...person }) =>
      nearestLimit === undefined ? [] : [{ ...person, usedShare: nearestLimit.usedShare }],
    );
    const attention = attentionItems({
      revision,
      ...(pods === undefined ? {} : { pods }),
      ...(nearLimits === undefined ? {} : { people: nearLimits }),
    });
    return (
      <>
        <PageHeader
          title="Overview"
          {...(pods === undefined ? {} : { lead: <FleetLine revision={revision} pods={pods} /> })}
        />
        <Stack gap="lg">
          {spend === undefined ? null : <Figures spend={spend} />}
          <Grid gap="lg">
            {spend === undefined ? null : (
              <GridCol span={{ base: 12, md: 8 }}>
                <SpendPanel spend={spend} />
              </GridCol>
            )}
            <GridCol span={{ base: 12, md: 4 }}>
              <Panel title="Needs attention">
                <AttentionList items={attention} />
              </Panel>
            </GridCol>
            {people === undefined ? null : (
              <GridCol span={{ base: 12, md: 8 }}>
                <TopSpenders people={people.rows} />
              </GridCol>
            )}
            {refusals === undefined ? null : (
              <GridCol span={{ base: 12, md: 4 }}>
                <Panel title="Refusals" lead={`Last ${REFUSAL_DAYS} days, by reason`}>
                  <RefusalList refusals={refusals} canOpenAudit={viewer.roles.includes('auditor')} />
                </Panel>
              </GridCol>
            )}
          </Grid>
        </Stack>
      </>
    );
  });
}

/** Each part for those alone whose role opens the rows behind it. */
async function readOverview(viewer: Viewer) {
  const { books, config, now, roles } = viewer;
  const isFinance = roles.includes('finance');
  const [spend, people, refusals, pods] = await Promise.all([
    isFinance ? readSpend(books, config, now) : undefined,
    isFinance ? readPeople(books, config.security, now) : undefined,
    isFinance || roles.includes('auditor') ? readRefusals(books, now, REFUSAL_DAYS) : undefined,
    roles.includes('operator') || roles.includes('policy') ? readFleetPods(viewer) : undefined,
  ]);
  return { spend, people, refusals, pods };
}

function FleetLine({ revision, pods }: { readonly revision: number; readonly pods: readonly FleetPod[] }) {
  const push = pushState(pods, revision);
  return (
    <Group gap={6}>
      <Text inherit>
        Revision {revision} is on {push.applied} of {push.pods} {push.pods === 1 ? 'pod' : 'pods'}.
      </Text>
      <Anchor component={PlainLink} href="/fleet" inherit>
        Fleet
      </Anchor>
    </Group>
  );
}

function Figures({ spend }: { readonly spend: SpendOverview }) {
  const { today, last7d, last30d, savings } = spend;
  return (
    <SimpleGrid cols={{ base: 2, md: 3 }} spacing={{ base: 'xs', sm: 'md' }}>
      <PeriodCard label="Spend today" period={today} figure="costUsd" before="yesterday so far" testId="spend-today" />
      <PeriodCard label="Spend, 7 days" period={last7d} figure="costUsd" before="prior 7 days" testId="spend-7d" />
      <PeriodCard label="Spend, 30 days" period={last30d} figure="costUsd" before="prior 30 days" testId="spend-30d" />
      <PeriodCard
        label="Requests, 30 days"
        period={last30d}
        figure="requestCount"
        before="prior 30 days"
        testId="requests-30d"
      />
      <PeriodCard
        label="Failed, 30 days"
        period={last30d}
        figure="failedCount"
        before="prior 30 days"
        testId="failed-30d"
      />
      <StatCard
        label="Saved, 30 days"
        value={savings === null ? '–' : formatDollars(savings.savedUsd)}
        note={
          savings === null
            ? "the top tier's model has no price"
            : `against ${savings.baselineModel} for all auto requests`
        }
        href="/routing"
        testId="saved-30d"
      />
    </SimpleGrid>
  );
}

interface PeriodCardProps {
  readonly label: string;
  readonly period: PeriodSpend;
  readonly figure: 'costUsd' | 'requestCount' | 'failedCount';
  /** What the period before is called. */
  readonly before: string;
  readonly testId: string;
}

function PeriodCard({ label, period, figure, before, testId }: PeriodCardProps) {
  const format = figure === 'costUsd' ? formatDollars : formatCount;
  return (
    <StatCard
      label={label}
      value={format(period[figure])}
      current={period[figure]}
      before={period.before[figure]}
      beforeLabel={before}
      href="/people"
      testId={testId}
    />
  );
}

function SpendPanel({ spend }: { readonly spend: SpendOverview }) {
  return (
    <Panel title="Spend by day and model" lead="Last 30 days, days of UTC">
      {spend.models.length === 0 ? (
        <Notice icon={<InfoIcon size={20} />} title="No request has been answered yet">
          Point a client at the base URL; its usage is here a second later.
        </Notice>
      ) : (
        <UsageChart days={spend.days} models={spend.models} />
      )}
    </Panel>
  );
}
