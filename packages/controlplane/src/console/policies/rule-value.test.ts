import { describe, expect, it } from 'vitest';
import { budgetsOf, parseRule, textsOf, withField } from './rule-value.ts';

describe('withField', () => {
  it('keeps fields that the editor has no control for', () => {
    expect(withField({ future: 1, maxTier: 'SIMPLE' }, 'maxTier', 'MEDIUM')).toEqual({ future: 1, maxTier: 'MEDIUM' });
  });

  it('takes a field out, so that the rule says nothing about it', () => {
    expect(withField({ maxTier: 'SIMPLE' }, 'maxTier', undefined)).toEqual({});
  });
});

describe('parseRule', () => {
  it.each(['{', '', '[]', 'null', '"text"', '3'])('refuses %s', (text) => {
    expect(parseRule(text).outcome).toBe('refused');
  });

  it('reads an object', () => {
    expect(parseRule('{"maxTier":"SIMPLE"}')).toEqual({ outcome: 'parsed', rule: { maxTier: 'SIMPLE' } });
  });
});

describe('reading a malformed rule', () => {
  it('shows nothing rather than failing', () => {
    expect(textsOf({ allowedTiers: 'SIMPLE' }, 'allowedTiers')).toEqual([]);
    expect(budgetsOf({ budgets: [{ window: 'day' }, 'no'] })).toEqual([{ window: 'day' }]);
  });
});
