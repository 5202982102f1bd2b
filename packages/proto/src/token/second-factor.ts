// When a sign-in counts as multi-factor: RFC 8176 values, judged by kind, so that two passwords are not two factors.
import type { IssuerRules } from './issuer-rules.ts';

type FactorKind = 'knowledge' | 'possession' | 'inherence';

const factorKinds: ReadonlyMap<string, FactorKind> = new Map([
  ...(['pwd', 'pin', 'kba'] as const).map((method) => [method, 'knowledge'] as const),
  ...(['otp', 'hwk', 'swk', 'sms', 'tel', 'sc', 'pop'] as const).map((method) => [method, 'possession'] as const),
  ...(['fpt', 'face', 'iris', 'retina', 'vbm'] as const).map((method) => [method, 'inherence'] as const),
]);

/** Values are compared exactly: `MFA` and `mfa ` prove nothing. */
export function hasSecondFactor(amr: readonly string[], acr: readonly string[], rules: IssuerRules): boolean {
  if (amr.includes('mfa')) return true;
  const kinds = new Set(amr.map((method) => factorKinds.get(method)).filter((kind) => kind !== undefined));
  if (kinds.size >= 2) return true;
  if (rules.mfaAmrValues.some((listed) => listed.split('+').every((method) => amr.includes(method)))) return true;
  return acr.some((value) => rules.mfaAcrValues.includes(value));
}
