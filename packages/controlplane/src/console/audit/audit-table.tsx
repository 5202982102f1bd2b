// A page of the trail, newest first. Each row leads to its entry.
import { Anchor, Text } from '@mantine/core';
import type { AuditRow } from '../../use-cases/audit/audit-row.ts';
import { type Column, DataTable } from '../data-table.tsx';
import { formatTime } from '../format.ts';
import { PlainLink } from '../plain-link.tsx';
import { OutcomeBadge } from './outcome-badge.tsx';

const COLUMNS: readonly Column[] = [
  { key: 'time', label: 'Time' },
  { key: 'type', label: 'Type' },
  { key: 'outcome', label: 'Outcome' },
  { key: 'principal', label: 'Principal' },
  { key: 'about', label: 'About' },
];

export function AuditTable({ rows }: { readonly rows: readonly AuditRow[] }) {
  const tableRows = rows.map((row) => ({
    key: String(row.index),
    cells: {
      time: (
        <Anchor component={PlainLink} href={`/audit/${row.eventId}`} className="row-link number" size="sm">
          {formatTime(row.time)}
        </Anchor>
      ),
      type: <span className="mono number">{row.type}</span>,
      outcome: <OutcomeBadge outcome={row.outcome} />,
      principal: <Person name={row.principal} commitment={row.commitments.principal} />,
      about: (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {aboutRow(row)}
        </Text>
      ),
    },
  }));
  return <DataTable caption="Entries of the audit trail" columns={COLUMNS} rows={tableRows} minWidth={860} />;
}

/** A person by name; the commitment alone is left of one that was erased. */
export function Person({ name, commitment }: { readonly name: string | null; readonly commitment: string | null }) {
  if (name !== null) {
    return (
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {name}
      </Text>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {commitment === null ? '–' : 'erased'}
    </Text>
  );
}

/** What an entry is about, in a few words. */
export function aboutRow({ type, code, model, tier, detail, revision }: AuditRow): string {
  const told = (name: string) => (typeof detail[name] === 'string' ? detail[name] : undefined);
  if (type === 'admin.action') {
    const target = [told('scope')?.replace('policy.', ''), told('name')].filter(Boolean).join(' ');
    return [told('action'), target, told('reason') && `“${told('reason')}”`].filter(Boolean).join(' · ');
  }
  if (type === 'admin.login') {
    const methods = Array.isArray(detail.amr) ? detail.amr.join(', ') : '';
    return code ?? `signed in${methods === '' ? '' : ` with ${methods}`}`;
  }
  if (type === 'config.publish') return `revision ${revision ?? '?'} · ${told('kind') ?? ''}`;
  return [code, model, tier].filter(Boolean).join(' · ') || '–';
}
