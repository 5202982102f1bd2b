// Who signed in at the console: judged by the same rules as every bearer token, the second factor included.
import {
  type AcceptedToken,
  type IssuerRules,
  type JudgementContext,
  judgeClaims,
  preParseToken,
  type TokenRefusal,
} from '@secrouter/proto';

/** What the code flow brought. The ID token's signature, nonce and audience were verified by the flow itself. */
export interface SignInTokens {
  readonly idToken: string;
  readonly accessToken?: string;
}

/**
 * Judges a sign-in. An access token that is a JWT for our audience speaks for the person, because pods will judge the
 * very same claims; otherwise the ID token does.
 */
export async function judgeSignIn(
  tokens: SignInTokens,
  rules: IssuerRules,
  context: JudgementContext,
  verifyAccessToken: (token: string) => Promise<AcceptedToken | TokenRefusal>,
): Promise<AcceptedToken | TokenRefusal> {
  const idVerdict = judgeIdToken(tokens.idToken, rules, context);
  if (tokens.accessToken === undefined || !isForOurAudience(tokens.accessToken, rules)) return idVerdict;
  const accessVerdict = await verifyAccessToken(tokens.accessToken);
  if (accessVerdict.outcome === 'refused') return accessVerdict;
  // Two tokens of one answer that speak for different people are a mix-up (RFC 9700, 4.4).
  const idToken = preParseToken(tokens.idToken);
  const accessToken = preParseToken(tokens.accessToken);
  const isSamePerson =
    idToken.outcome === 'parsed' &&
    accessToken.outcome === 'parsed' &&
    idToken.issuer === accessToken.issuer &&
    idToken.subject === accessToken.subject;
  return isSamePerson ? accessVerdict : { outcome: 'refused', code: 'invalid_token', reason: 'bad_subject' };
}

function isForOurAudience(accessToken: string, rules: IssuerRules): boolean {
  const parsed = preParseToken(accessToken);
  if (parsed.outcome !== 'parsed') return false;
  const { aud } = parsed.claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return audiences.some((audience) => typeof audience === 'string' && rules.audiences.includes(audience));
}

function judgeIdToken(idToken: string, rules: IssuerRules, context: JudgementContext): AcceptedToken | TokenRefusal {
  const parsed = preParseToken(idToken);
  if (parsed.outcome !== 'parsed') return parsed;
  if (parsed.issuer !== rules.issuer) return { outcome: 'refused', code: 'invalid_token', reason: 'unknown_issuer' };
  // The flow has established its kind, and an ID token names the client as its audience and carries no scope.
  const asSignIn = { ...parsed, header: { ...parsed.header, typ: 'at+jwt' } };
  const idTokenRules = {
    ...rules,
    audiences: rules.clientId === undefined ? [] : [rules.clientId],
    requiredScopes: [],
    trackJti: false,
  };
  return judgeClaims(asSignIn, idTokenRules, context);
}
