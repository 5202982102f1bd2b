// Checks one page of the log against what lies beside it: its searchable columns, the persons, the ledger.
import { type AuditLeaf, canonicalText, type LogProblem, type LogProblemKind, opensCommitment } from '@secrouter/proto';
import type { ClientBase } from 'pg';
import type { LeafRow } from '../db/audit/read-leaves.ts';
import { readSubjects, type Subject } from '../db/audit/read-subjects.ts';
import { type LedgerRow, readLedgerRows } from '../db/ledger/read-ledger-rows.ts';

/** A row whose body could be read. */
export interface ReadLeaf {
  readonly row: LeafRow;
  readonly leaf: AuditLeaf;
}

/** Checks a page of leaves and reports each difference. */
export async function verifyPage(
  client: ClientBase,
  cell: string,
  page: readonly ReadLeaf[],
  report: (problem: LogProblem) => void,
): Promise<void> {
  const subjects = await readSubjects(client, cell, commitmentsOf(page));
  for (const subject of subjects.values()) checkSubject(subject, report);
  const usage = page.filter(({ leaf }) => leaf.type === 'usage');
  const ledger = await readLedgerRows(
    client,
    cell,
    usage.map(({ leaf }) => leaf.eventId),
  );
  for (const { row, leaf } of page) {
    const column = differingColumn(row, leaf);
    if (column !== undefined) {
      report(
        problemAt('leaf_column_differs', leaf, `column ${column} of leaf ${leaf.index} is not what its body says`),
      );
    }
  }
  for (const { leaf } of usage) checkLedgerRow(leaf, ledger.get(leaf.eventId), subjects, report);
}

function commitmentsOf(page: readonly ReadLeaf[]): string[] {
  const commitments = page.flatMap(({ leaf }) => [leaf.principal, leaf.actor, leaf.sourceIp]);
  return [...new Set(commitments.filter((commitment) => commitment !== null))];
}

function checkSubject({ commitment, value, salt }: Subject, report: (problem: LogProblem) => void): void {
  if (opensCommitment(commitment, value, salt)) return;
  const message = `the person's row of commitment ${commitment.slice(0, 16)} does not open it`;
  report({ kind: 'subject_differs', index: null, eventId: null, message });
}

function differingColumn(row: LeafRow, leaf: AuditLeaf): string | undefined {
  const code = typeof leaf.detail.code === 'string' ? leaf.detail.code : null;
  if (row.eventId !== leaf.eventId.toLowerCase()) return 'event_id';
  if (Date.parse(row.time) !== Date.parse(leaf.time)) return 'time';
  if (row.code !== code) return 'code';
  const same = ['type', 'principal', 'actor', 'sourceIp', 'requestId', 'model', 'tier', 'outcome'] as const;
  return same.find((name) => row[name] !== leaf[name]);
}

const LEAF_FIELDS = ['requestId', 'traceId', 'model', 'tier', 'outcome', 'revision'] as const;

function checkLedgerRow(
  leaf: AuditLeaf,
  row: LedgerRow | undefined,
  subjects: ReadonlyMap<string, Subject>,
  report: (problem: LogProblem) => void,
): void {
  if (row === undefined) {
    report(problemAt('ledger_row_missing', leaf, `the ledger has no row for leaf ${leaf.index}`));
    return;
  }
  const field = differingField(leaf, row, subjects);
  if (field === undefined) return;
  report(problemAt('ledger_differs', leaf, `${field} of the ledger's row is not what leaf ${leaf.index} says`));
}

function differingField(leaf: AuditLeaf, row: LedgerRow, subjects: ReadonlyMap<string, Subject>): string | undefined {
  const person = ['principal', 'actor'] as const;
  const wrongPerson = person.find((name) => !isPerson(row[name], leaf[name], subjects));
  if (wrongPerson !== undefined) return wrongPerson;
  if (Date.parse(String(row.time)) !== Date.parse(leaf.time)) return 'time';
  const own = LEAF_FIELDS.find((name) => row[name] !== leaf[name]);
  if (own !== undefined) return own;
  return Object.keys(leaf.detail).find((name) => !isSame(row[name] ?? null, leaf.detail[name]));
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === 'object' && canonicalText(one) === canonicalText(other));
}

// The name of an erased person cannot be compared any more; whether there is one can.
function isPerson(value: unknown, commitment: string | null, subjects: ReadonlyMap<string, Subject>): boolean {
  if (commitment === null || value === null) return commitment === value;
  const subject = subjects.get(commitment);
  return subject === undefined || subject.value === value;
}

function problemAt(kind: LogProblemKind, leaf: AuditLeaf, message: string): LogProblem {
  return { kind, index: leaf.index, eventId: leaf.eventId, message };
}
