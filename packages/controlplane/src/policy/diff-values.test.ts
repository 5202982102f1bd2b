import { describe, expect, it } from 'vitest';
import { diffValues, isSame } from './diff-values.ts';

describe('diffValues', () => {
  it('names what was added, removed and changed by its path', () => {
    const before = { a: { b: 1, gone: true }, list: [1] };
    const after = { a: { b: 2, 'new one': 'x' }, list: [1] };

    expect(diffValues(before, after)).toEqual([
      { path: 'a.b', before: 1, after: 2 },
      { path: 'a.gone', before: true, after: null },
      { path: 'a["new one"]', before: null, after: 'x' },
    ]);
  });

  it('shows an array as a whole', () => {
    expect(diffValues({ list: [1, 2] }, { list: [2] })).toEqual([{ path: 'list', before: [1, 2], after: [2] }]);
  });

  it('finds nothing in equal values, whatever the order of members', () => {
    expect(diffValues({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toEqual([]);
    expect(isSame({ a: undefined }, { b: undefined })).toBe(false);
  });
});
