// Audit: the trail with its filters, the verification, and the newest signed checkpoint.
import { Anchor, Box, Code, Grid, GridCol, Group, Stack, Text } from '@mantine/core';
import { AUDIT_TYPES } from '@secrouter/proto';
import type { Metadata } from 'next';
import { AuditFilters } from '../../../console/audit/audit-filters.tsx';
import {
  type AuditFilterValues,
  auditPageHref,
  readAuditFilters,
  readCursor,
  type SearchParams,
  toAuditQuery,
} from '../../../console/audit/audit-query.ts';
import { AuditTable } from '../../../console/audit/audit-table.tsx';
import { readTrail } from '../../../console/audit/read-trail.ts';
import { VerifyPanel } from '../../../console/audit/verify-panel.tsx';
import { consolePage } from '../../../console/console-page.tsx';
import { formatCount } from '../../../console/format.ts';
import { AuditIcon, InfoIcon } from '../../../console/icons.tsx';
import { Notice } from '../../../console/notice.tsx';
import { PageHeader } from '../../../console/page-header.tsx';
import { Panel } from '../../../console/panel.tsx';
import { PlainLink } from '../../../console/plain-link.tsx';
import { latestCheckpoint } from '../../../use-cases/audit/latest-checkpoint.ts';
import type { AuditList } from '../../../use-cases/audit/list-audit.ts';

export const metadata: Metadata = { title: 'Audit' };

export default function AuditPage(props: { readonly searchParams: Promise<SearchParams> }) {
  return consolePage('audit', async ({ books, context }) => {
    const params = await props.searchParams;
    const filters = readAuditFilters(params);
    const cursor = readCursor(params);
    const trail = await readTrail(books, toAuditQuery(filters), cursor);
    const checkpoint = await latestCheckpoint(books.pool, books.cell, context.config.auditSigningKeyFile);
    return (
      <>
        <PageHeader title="Audit" lead="Every decision and every change, in a log that cannot be rewritten unseen." />
        <Stack gap="lg">
          <Grid gap="lg">
            <GridCol span={{ base: 12, md: 6 }}>
              <Panel title="Verification" lead="Every leaf against its hash, the tree against the signed checkpoint">
                <VerifyPanel />
              </Panel>
            </GridCol>
            <GridCol span={{ base: 12, md: 6 }}>
              <CheckpointPanel note={checkpoint} />
            </GridCol>
          </Grid>
          <Panel>
            <AuditFilters values={filters} types={AUDIT_TYPES} />
          </Panel>
          {trail.outcome === 'refused' ? (
            <Panel>
              <Notice icon={<InfoIcon size={20} />} title="This search cannot be made">
                {trail.message}
              </Notice>
            </Panel>
          ) : (
            <TrailPanel trail={trail.list} filters={filters} isFirstPage={cursor === undefined} />
          )}
        </Stack>
      </>
    );
  });
}

interface TrailPanelProps {
  readonly trail: AuditList;
  readonly filters: AuditFilterValues;
  readonly isFirstPage: boolean;
}

function TrailPanel({ trail, filters, isFirstPage }: TrailPanelProps) {
  const { rows, total, totalIsLowerBound, nextCursor } = trail;
  if (rows.length === 0) {
    return (
      <Panel>
        <Notice icon={<AuditIcon size={20} />} title="No entry matches">
          Search finds the beginning of a principal, a request id, a model or a code.
        </Notice>
      </Panel>
    );
  }
  return (
    <Panel
      title={`${totalIsLowerBound ? 'More than ' : ''}${formatCount(total)} ${total === 1 ? 'entry' : 'entries'}`}
      lead="Newest first"
      isFlush
    >
      <AuditTable rows={rows} />
      <Group justify="space-between" px="lg" py="md">
        {isFirstPage ? (
          <Text size="sm" c="dimmed">
            The newest
          </Text>
        ) : (
          <Anchor component={PlainLink} href={auditPageHref(filters)} size="sm">
            ← Newest
          </Anchor>
        )}
        {nextCursor === null ? (
          <Text size="sm" c="dimmed">
            The oldest
          </Text>
        ) : (
          <Anchor component={PlainLink} href={auditPageHref(filters, nextCursor)} size="sm">
            Older →
          </Anchor>
        )}
      </Group>
    </Panel>
  );
}

function CheckpointPanel({ note }: { readonly note: string | undefined }) {
  return (
    <Panel title="Latest checkpoint" lead="The signed note: origin, size, root, signature">
      {note === undefined ? (
        <Text size="sm" c="dimmed">
          The log is still empty.
        </Text>
      ) : (
        <>
          <Code block className="mono checkpoint" tabIndex={0} aria-label="Signed note">
            {note.trim()}
          </Code>
          <Box mt="sm">
            {/* Not a page: the browser shall save the note as it is. */}
            <Anchor href="/admin/api/audit/checkpoint" download="checkpoint.txt" size="sm">
              Download the note
            </Anchor>
          </Box>
        </>
      )}
    </Panel>
  );
}
