import { describe, expect, it } from 'vitest';
import { classificationOf, isCleared } from './classify-data.ts';
import { LEVELS } from './policy-samples.ts';

const ladder = { default: 'INTERNAL', levels: [...LEVELS], trustedLabelers: [] };

describe('classificationOf', () => {
  it.each([
    ['nothing', undefined, undefined, false, { level: 'INTERNAL', ignoredLabel: false }],
    ['a floor above the default', 'SECRET', undefined, false, { level: 'SECRET', ignoredLabel: false }],
    ['a floor below the default', 'PUBLIC', undefined, false, { level: 'INTERNAL', ignoredLabel: false }],
    ['a label that raises', undefined, 'SECRET', false, { level: 'SECRET', ignoredLabel: false }],
    ['a label that lowers', undefined, 'PUBLIC', false, { level: 'INTERNAL', ignoredLabel: true }],
    ['a label below the floor', 'SECRET', 'INTERNAL', false, { level: 'SECRET', ignoredLabel: true }],
    ['a trusted label that lowers', 'SECRET', 'PUBLIC', true, { level: 'PUBLIC', ignoredLabel: false }],
  ] as const)('P88: with %s', (_name, floor, label, trusted, expected) => {
    const policy = floor === undefined ? {} : { defaultClassification: floor };

    expect(classificationOf(ladder, policy, label, trusted)).toEqual({ outcome: 'classified', ...expected });
  });

  it('knows no label outside the ladder, not even from a trusted labeller', () => {
    expect(classificationOf(ladder, {}, 'secret', true)).toEqual({ outcome: 'unknown_label' });
  });
});

describe('isCleared', () => {
  it('reaches up to the clearance and no further', () => {
    const policy = { maxClassification: 'INTERNAL' };

    expect(LEVELS.map((level) => isCleared(ladder, policy, level))).toEqual([true, true, false]);
    expect(isCleared(ladder, policy, 'UNKNOWN')).toBe(false);
    expect(isCleared(ladder, { maxClassification: 'UNKNOWN' }, 'PUBLIC')).toBe(false);
  });
});
