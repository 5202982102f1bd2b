// When a sign-in counts as multi-factor: RFC 8176 values, judged by kind, so that two passwords are not two factors.
import type { IssuerRules } from './issuer-rules.ts';

type FactorKind = 'knowledge' | 'possession' | 'inherence';

const factorKinds: ReadonlyMap<string, FactorKind> = new Map([
  ...(['pwd', 'pin', 'kba'] as const).map((method) => [method, 'knowledge'] as const),
  ...(['otp', 'hwk', 'swk', 'sms', 'tel', 'sc', 'pop'] as const).map((method) => [method, 'possession'] as const),
  ...(['fpt', 'face', 'iris', 'retina', 'vbm'] as const).map((method) => [method, 'inherence'] as const),
]);

/** By which rule a sign-in counts, with the values that made it. */
export interface SecondFactor {
  readonly rule: 'mfa' | 'two kinds' | 'mfaAmrValues' | 'mfaAcrValues';
  readonly values: readonly string[];
}

/** The first rule that holds; undefined for a single factor. Values are compared exactly: `MFA` and `mfa ` prove nothing. */
export function findSecondFactor(
  amr: readonly string[],
  acr: readonly string[],
  rules: IssuerRules,
): SecondFactor | undefined {
  if (amr.includes('mfa')) return { rule: 'mfa', values: ['mfa'] };
  const known = amr.filter((method) => factorKinds.has(method));
  if (new Set(known.map((method) => factorKinds.get(method))).size >= 2) return { rule: 'two kinds', values: known };
  const listed = rules.mfaAmrValues.find((entry) => entry.split('+').every((method) => amr.includes(method)));
  if (listed !== undefined) return { rule: 'mfaAmrValues', values: [listed] };
  const level = acr.find((value) => rules.mfaAcrValues.includes(value));
  return level === undefined ? undefined : { rule: 'mfaAcrValues', values: [level] };
}
