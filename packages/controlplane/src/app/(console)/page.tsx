// Overview: spend against the period before, refusals, the fleet, and what needs attention.
import { Anchor, Grid, GridCol, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Metadata } from 'next';
import { consolePage } from '../../console/console-page.tsx';
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
import { awaitPositions } from '../../usage/position-barrier.ts';
import { readRefusals } from '../../use-cases/overview/read-refusals.ts';
import { readSpend, type SpendOverview } from '../../use-cases/overview/read-spend.ts';
import { readPeople } from '../../use-cases/people/read-people.ts';

export const metadata: Metadata = { title: 'Overview' };

const REFUSAL_DAYS = 7;

export default function OverviewPage() {
  return consolePage('overview', async (viewer) => {
    const { books, revision, config, now } = viewer;
    // What has been answered before this page was asked for is on it.
    await awaitPositions(books);
    const [spend, refusals, people, pods] = await Promise.all([
      readSpend(books, now),
      readRefusals(books, now, REFUSAL_DAYS),
      readPeople(books, config.security, now),
      readFleetPods(viewer),
    ]);
    const nearLimits = people.rows.flatMap(({ nearestLimit, ...person }) =>
      nearestLimit === undefined ? [] : [{ ...person, usedShare: nearestLimit.usedShare }],
    );
    const live = pods.filter((pod) => pod.isLive);
    const onNewest = live.filter((pod) => (pod.appliedRevision ?? 0) >= revision).length;
    return (
      <>
        <PageHeader title="Overview" lead={<FleetLine revision={revision} onNewest={onNewest} live={live.length} />} />
        <Stack gap="lg">
          <Figures spend={spend} />
          <Grid gap="lg">
            <GridCol span={{ base: 12, md: 8 }}>
              <SpendPanel spend={spend} />
            </GridCol>
            <GridCol span={{ base: 12, md: 4 }}>
              <Panel title="Needs attention">
                <AttentionList items={attentionItems({ revision, pods, people: nearLimits })} />
              </Panel>
            </GridCol>
            <GridCol span={{ base: 12, md: 8 }}>
              <TopSpenders people={people.rows} />
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

function FleetLine({ revision, onNewest, live }: Record<'revision' | 'onNewest' | 'live', number>) {
  return (
    <Group gap={6}>
      <Text inherit>
        Revision {revision} is on {onNewest} of {live} {live === 1 ? 'pod' : 'pods'}.
      </Text>
      <Anchor component={PlainLink} href="/fleet" inherit>
        Fleet
      </Anchor>
    </Group>
  );
}

function Figures({ spend }: { readonly spend: SpendOverview }) {
  const { today, last7d, last30d } = spend;
  const cards = [
    { label: 'Spend today', period: today, beforeLabel: 'yesterday so far', testId: 'spend-today' },
    { label: 'Spend, 7 days', period: last7d, beforeLabel: 'prior 7 days', testId: 'spend-7d' },
    { label: 'Spend, 30 days', period: last30d, beforeLabel: 'prior 30 days', testId: 'spend-30d' },
  ];
  return (
    <SimpleGrid cols={{ base: 2, lg: 4 }} spacing={{ base: 'xs', sm: 'md' }}>
      {cards.map(({ label, period, beforeLabel, testId }) => (
        <StatCard
          key={label}
          label={label}
          value={formatDollars(period.costUsd)}
          current={period.costUsd}
          before={period.before.costUsd}
          beforeLabel={beforeLabel}
          href="/people"
          testId={testId}
        />
      ))}
      <StatCard
        label="Requests, 30 days"
        value={formatCount(last30d.requestCount)}
        current={last30d.requestCount}
        before={last30d.before.requestCount}
        beforeLabel="prior 30 days"
        href="/people"
        testId="requests-30d"
      />
    </SimpleGrid>
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
