import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AuditLeaf, encodeLeaf, FIRST_PREV_HASH, LEAF_VERSION } from './audit-leaf.ts';
import { type LogProblem, LogVerifier, type StoredLeaf } from './log-verifier.ts';
import { hashLeaf, merkleRoot } from './merkle-tree.ts';

const LOG = 'secrouter/main';

/** An honest log of this length. */
function logOf(length: number, note = 'x'): StoredLeaf[] {
  const rows: StoredLeaf[] = [];
  for (let index = 0; index < length; index += 1) {
    const leaf: AuditLeaf = {
      version: LEAF_VERSION,
      log: LOG,
      index,
      prevHash: rows.at(-1)?.hash.toString('hex') ?? FIRST_PREV_HASH,
      eventId: `event-${index}`,
      time: '2026-01-02T03:04:05.678Z',
      type: 'usage',
      principal: null,
      actor: null,
      sourceIp: null,
      requestId: null,
      traceId: null,
      model: null,
      tier: null,
      outcome: 'ok',
      revision: null,
      podId: 'pod',
      podStream: 's',
      podSequence: index + 1,
      detail: { note },
    };
    rows.push({ index, ...encodeLeaf(leaf) });
  }
  return rows;
}

function verify(rows: readonly StoredLeaf[], signed: readonly StoredLeaf[] = rows) {
  const problems: LogProblem[] = [];
  const verifier = new LogVerifier(LOG, (problem) => problems.push(problem));
  for (const row of rows) verifier.add(row);
  const whole = new LogVerifier(LOG, () => undefined);
  for (const row of signed) whole.add(row);
  const root = merkleRoot(whole.tree);
  if (verifier.tree.size === signed.length) verifier.checkRoot({ origin: LOG, size: signed.length, root });
  return problems.map((problem) => problem.kind);
}

const edit = (row: StoredLeaf): StoredLeaf => ({ ...row, body: row.body.replace('"note":"x"', '"note":"y"') });
const editAndHash = (row: StoredLeaf): StoredLeaf => {
  const { body } = edit(row);
  return { ...row, body, hash: hashLeaf(Buffer.from(body)) };
};

test('finds nothing in an honest log', () => {
  expect(verify(logOf(20))).toEqual([]);
});

test('names an edit, at every place', () => {
  fc.assert(
    fc.property(fc.nat({ max: 18 }), (at) => {
      const rows = logOf(20);
      const kinds = verify(rows.with(at, edit(rows[at] as StoredLeaf)), rows);
      expect(kinds).toEqual(['leaf_edited', 'chain_broken', 'root_differs']);
    }),
  );
});

test('names an edit that was hashed anew', () => {
  const rows = logOf(20);

  expect(verify(rows.with(7, editAndHash(rows[7] as StoredLeaf)), rows)).toEqual(['chain_broken', 'root_differs']);
  expect(verify(rows.with(19, editAndHash(rows[19] as StoredLeaf)), rows)).toEqual(['root_differs']);
});

test('names deletions at the beginning and in the middle', () => {
  const rows = logOf(20);

  expect(verify(rows.slice(1), rows)).toEqual(['leaf_missing', 'chain_broken']);
  expect(verify(rows.toSpliced(9, 2), rows)).toEqual(['leaf_missing', 'chain_broken']);
});

test('names a swap, a repetition and a renumbering', () => {
  const rows = logOf(20);
  const [third, fourth] = [rows[3] as StoredLeaf, rows[4] as StoredLeaf];
  const swapped = rows.with(3, { ...fourth, index: 3 }).with(4, { ...third, index: 4 });
  const shifted = rows.slice(1).map((row) => ({ ...row, index: row.index - 1 }));

  expect(verify(swapped, rows)).toContain('leaf_malformed');
  expect(verify(rows.toSpliced(5, 0, fourth), rows)).toEqual(['leaf_repeated']);
  expect(verify(shifted, rows)).toContain('leaf_malformed');
});

test('names a log that was rewritten as a whole', () => {
  expect(verify(logOf(20, 'rewritten'), logOf(20))).toEqual(['root_differs']);
});

test('names a body that is no canonical leaf, whatever its hash', () => {
  const rows = logOf(3);
  const bodies = [
    '',
    'null',
    '{}',
    ` ${rows[1]?.body}`,
    rows[1]?.body.replace('secrouter/main', 'secrouter/other') ?? '',
  ];

  for (const body of bodies) {
    expect(verify(rows.with(1, { index: 1, body, hash: hashLeaf(Buffer.from(body)) }), rows)).toContain(
      'leaf_malformed',
    );
  }
});
