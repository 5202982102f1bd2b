// The data class of a request: configured default, the policy's floor, and what the client's label may add.
import type { ClassificationConfig } from '../config/config-types.ts';
import type { EffectivePolicy } from './effective-policy.ts';

export type DataClass =
  | {
      readonly outcome: 'classified';
      readonly level: string;
      /** An attempt to lower the class by somebody who may not: without effect, and audited. */
      readonly ignoredLabel: boolean;
    }
  | { readonly outcome: 'unknown_label' };

/** The class of a request: a client may raise it, only a trusted labeller may lower it. */
export function classificationOf(
  classification: ClassificationConfig,
  policy: Pick<EffectivePolicy, 'defaultClassification'>,
  label: string | undefined,
  isTrustedLabeler: boolean,
): DataClass {
  const rank = (level: string) => classification.levels.indexOf(level);
  const floor = policy.defaultClassification ?? classification.default;
  const base = rank(floor) > rank(classification.default) ? floor : classification.default;
  if (label === undefined) return { outcome: 'classified', level: base, ignoredLabel: false };
  if (rank(label) === -1) return { outcome: 'unknown_label' };
  if (isTrustedLabeler || rank(label) >= rank(base))
    return { outcome: 'classified', level: label, ignoredLabel: false };
  return { outcome: 'classified', level: base, ignoredLabel: true };
}

/** True when the clearance reaches the level. A level that the ladder does not know is never cleared. */
export function isCleared(
  classification: ClassificationConfig,
  policy: Pick<EffectivePolicy, 'maxClassification'>,
  level: string,
): boolean {
  const rank = classification.levels.indexOf(level);
  return rank !== -1 && rank <= classification.levels.indexOf(policy.maxClassification);
}
