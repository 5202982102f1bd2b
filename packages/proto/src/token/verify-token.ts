// From a token to an identity: strict reading, the issuer by `iss`, one key with its pinned algorithm, the signature,
// the claims. No network and no clock in here; keys come from a source, time is an argument.
import { compactVerify } from 'jose';
import type { IssuerNamespace, IssuerRules } from './issuer-rules.ts';
import { type AcceptedToken, judgeClaims } from './judge-claims.ts';
import { type KeySelection, type KeySet, selectKey } from './key-set.ts';
import type { KeySource } from './key-set-refresher.ts';
import { maxTokenLength, type PreParsedToken, preParseToken } from './pre-parse.ts';
import { invalidToken, type TokenRefusal } from './token-refusal.ts';
import type { VerifiedTokenCache } from './verified-token-cache.ts';

/** An issuer with everything that judging its tokens needs. */
export interface TrustedIssuer {
  readonly rules: IssuerRules;
  readonly namespace: IssuerNamespace;
  readonly keys: KeySource;
}

/** The circumstances of one verification. */
export interface VerificationContext {
  readonly issuers: readonly TrustedIssuer[];
  readonly nowSeconds: number;
  readonly policyNamesGroups: boolean;
  readonly cache?: VerifiedTokenCache;
}

/** Verifies a token's bytes and judges its claims. Never throws for anything that a token says. */
export async function verifyToken(token: string, context: VerificationContext): Promise<AcceptedToken | TokenRefusal> {
  const { cache, issuers, nowSeconds } = context;
  const cached = token.length > maxTokenLength ? undefined : cache?.get(token, nowSeconds);
  const parsed = cached?.token ?? preParseToken(token);
  if (parsed.outcome === 'refused') return parsed;
  const trusted = issuers.find(({ rules }) => rules.issuer === parsed.issuer);
  if (trusted === undefined) return invalidToken('unknown_issuer', 'iss');
  if (!trusted.rules.algorithms.includes(parsed.header.alg)) return invalidToken('algorithm_not_allowed', 'alg');

  const view = trusted.keys.current();
  if (view.outcome === 'unavailable') return keysUnavailable(view.retryAfterSeconds);
  let held = cached;
  if (held === undefined || held.keySet !== view.keySet) {
    const verified = await verifySignature(token, parsed, view.keySet, trusted.keys);
    if (verified.outcome === 'refused') return verified;
    held = { token: parsed, keySet: verified.keySet, verifiedAtSeconds: nowSeconds };
    cache?.set(token, held);
  }
  const { rules, namespace } = trusted;
  const isRead = held.reading?.rules === rules && held.reading.namespace === namespace;
  const known = isRead ? held.reading?.identity : undefined;
  const circumstances = { namespace, nowSeconds, policyNamesGroups: context.policyNamesGroups };
  const judged = judgeClaims(parsed, rules, circumstances, known);
  if (judged.outcome === 'accepted' && !isRead) held.reading = { rules, namespace, identity: judged.identity };
  return judged;
}

async function verifySignature(
  token: string,
  parsed: PreParsedToken,
  keySet: KeySet,
  source: KeySource,
): Promise<{ readonly outcome: 'verified'; readonly keySet: KeySet } | TokenRefusal> {
  let usedKeySet = keySet;
  let selection = selectKey(usedKeySet, parsed.header);
  if (selection.outcome === 'unknown_kid' && parsed.header.kid !== undefined) {
    const view = await source.findKid(parsed.header.kid);
    if (view.outcome === 'unavailable') return keysUnavailable(view.retryAfterSeconds);
    usedKeySet = view.keySet;
    selection = selectKey(usedKeySet, parsed.header);
  }
  if (selection.outcome !== 'selected') return refusedSelection(selection);
  try {
    // The algorithm is the header's, but selectKey let it through only because the key itself is pinned to it.
    await compactVerify(token, selection.key.publicKey, { algorithms: [parsed.header.alg] });
    return { outcome: 'verified', keySet: usedKeySet };
  } catch {
    return invalidToken('bad_signature');
  }
}

function refusedSelection(selection: Exclude<KeySelection, { outcome: 'selected' }>): TokenRefusal {
  return invalidToken(selection.outcome === 'unknown_kid' ? 'no_key' : selection.outcome, 'kid');
}

/** Our own trouble is never the caller's 401. */
function keysUnavailable(retryAfterSeconds: number): TokenRefusal {
  return { outcome: 'refused', code: 'idp_unavailable', reason: 'keys_unavailable', retryAfterSeconds };
}
