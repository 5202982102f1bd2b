import { describe, expect, it } from 'vitest';
import { fileValues } from './file-values.ts';

describe('fileValues', () => {
  it('shows rules and tiers as the file has them, without comments and notes', () => {
    const text = `{ // a comment
      "tiers": { "_note": "n", "SIMPLE": { "primary": "p/m" } },
      "security": { "policy": { "users": { "constructor": { "maxTier": "SIMPLE" }, "u": { "_why": 1, "budgets": [{ "window": "day" }] } } } },
    }`;

    expect(fileValues(text).tiers).toEqual({ SIMPLE: { primary: 'p/m' } });
    expect(Object.entries(fileValues(text).policy.users as object)).toEqual([
      ['constructor', { maxTier: 'SIMPLE' }],
      ['u', { budgets: [{ window: 'day' }] }],
    ]);
  });

  it('is empty where the file says nothing', () => {
    expect(fileValues('{}')).toEqual({ policy: {}, tiers: {} });
  });
});
