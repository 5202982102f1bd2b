// One event of the trail: everything that was recorded, and its place in the log.
import { Anchor, Code, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { aboutRow, Person } from '../../../../console/audit/audit-table.tsx';
import { OutcomeBadge } from '../../../../console/audit/outcome-badge.tsx';
import { consolePage } from '../../../../console/console-page.tsx';
import { formatTime } from '../../../../console/format.ts';
import { PageHeader } from '../../../../console/page-header.tsx';
import { Panel } from '../../../../console/panel.tsx';
import { PlainLink } from '../../../../console/plain-link.tsx';
import type { AuditRow } from '../../../../use-cases/audit/audit-row.ts';
import { readAuditEvent } from '../../../../use-cases/audit/list-audit.ts';

export const metadata: Metadata = { title: 'Audit entry' };

const UUID_PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export default function AuditEventPage(props: { readonly params: Promise<{ readonly eventId: string }> }) {
  return consolePage('audit', async ({ books }) => {
    const { eventId } = await props.params;
    if (!UUID_PATTERN.test(eventId)) notFound();
    const leaves = await readAuditEvent(books, eventId.toLowerCase());
    const [first] = leaves;
    if (first === undefined) notFound();
    return (
      <>
        <PageHeader
          title={first.type}
          back={{ href: '/audit', label: 'Audit' }}
          lead={`${formatTime(first.time)} · ${aboutRow(first)}`}
          actions={<OutcomeBadge outcome={first.outcome} />}
        />
        <Stack gap="lg">
          {leaves.map((leaf) => (
            <LeafPanels key={leaf.index} leaf={leaf} />
          ))}
        </Stack>
      </>
    );
  });
}

function LeafPanels({ leaf }: { readonly leaf: AuditRow }) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Panel title="Who and what">
          <Facts
            facts={[
              ['Principal', <Person key="p" name={leaf.principal} commitment={leaf.commitments.principal} />],
              ['Acting for', leaf.actor === null ? null : <Person key="a" name={leaf.actor} commitment={null} />],
              ['Address', leaf.sourceIp],
              ['Model', leaf.model],
              ['Tier', leaf.tier],
              ['Policy revision', leaf.revision === null ? null : String(leaf.revision)],
              ['Request', requestLink(leaf)],
              ['Trace', leaf.traceId],
            ]}
          />
        </Panel>
        <Panel title="Place in the log">
          <Facts
            facts={[
              ['Index', String(leaf.index)],
              ['Leaf hash', <Hash key="h" text={leaf.hash} />],
              ['Hash before', <Hash key="b" text={leaf.prevHash} />],
              ['Event', <Hash key="e" text={leaf.eventId} />],
              ['Recorded by', `${leaf.podId}, entry ${leaf.podSequence} of its stream`],
            ]}
          />
        </Panel>
      </SimpleGrid>
      <Panel title="Detail">
        {Object.keys(leaf.detail).length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing more was recorded.
          </Text>
        ) : (
          <Code block className="mono" tabIndex={0} aria-label="Detail as JSON">
            {JSON.stringify(leaf.detail, null, 2)}
          </Code>
        )}
      </Panel>
    </>
  );
}

function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Hash({ text }: { readonly text: string }) {
  return <span className="mono">{text}</span>;
}

function requestLink({ requestId }: AuditRow): ReactNode {
  if (requestId === null) return null;
  return (
    <Anchor component={PlainLink} href={`/audit?search=${encodeURIComponent(requestId)}`} size="sm" className="mono">
      {requestId}
    </Anchor>
  );
}
