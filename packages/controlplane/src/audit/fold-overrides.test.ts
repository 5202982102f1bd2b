import type { AuditLeaf } from '@secrouter/proto';
import { expect, test } from 'vitest';
import { OverrideFold } from './fold-overrides.ts';

const change = (name: string, after: unknown) =>
  ({
    type: 'admin.action',
    detail: { changes: [{ scope: 'tier', name, before: null, after }] },
  }) as unknown as AuditLeaf;

test('the overrides in force are the last values that were written, whatever the order of their members', () => {
  const fold = new OverrideFold();
  for (const leaf of [
    change('SIMPLE', { a: 1 }),
    change('MEDIUM', 1),
    change('SIMPLE', { b: 1, a: 2 }),
    change('MEDIUM', null),
  ]) {
    fold.add(leaf);
  }

  expect(fold.differences([{ scope: 'tier', name: 'SIMPLE', value: { a: 2, b: 1 } }])).toEqual([]);
  expect(fold.differences([])).toEqual(['tier/SIMPLE']);
  expect(fold.differences([{ scope: 'tier', name: 'SIMPLE', value: { a: 1 } }])).toEqual(['tier/SIMPLE']);
  expect(
    fold.differences([
      { scope: 'tier', name: 'SIMPLE', value: { a: 2, b: 1 } },
      { scope: 'tier', name: 'MEDIUM', value: 1 },
    ]),
  ).toEqual(['tier/MEDIUM']);
});

test('other leaves change nothing', () => {
  const fold = new OverrideFold();
  fold.add({ type: 'usage', detail: { changes: [{ scope: 'tier', name: 'X', after: 1 }] } } as unknown as AuditLeaf);
  fold.add({ type: 'admin.action', detail: { action: 'usage.export' } } as unknown as AuditLeaf);

  expect(fold.differences([])).toEqual([]);
});
