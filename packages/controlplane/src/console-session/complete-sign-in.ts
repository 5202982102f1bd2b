// The end of a sign-in: judge who it is, open the session and write it to the trail, all or nothing.
import { randomBytes } from 'node:crypto';
import {
  AUDIT_EVENT_VERSION,
  type AuditEvent,
  issuerNamespaces,
  preParseToken,
  type TokenIdentity,
  type TrustedIssuer,
  uuidV7,
  verifyToken,
} from '@secrouter/proto';
import type { Pool } from 'pg';
import { appendAuditEvents } from '../audit/append-audit-events.ts';
import { withTransaction } from '../db/transaction.ts';
import { judgeSignIn, type SignInTokens } from './judge-sign-in.ts';
import { insertSession } from './session-store.ts';
import type { SignInProvider, SignInResult } from './sign-in-options.ts';

const SECRET_BYTES = 32;
const EVENT_ID_RANDOM_BYTES = 10;

export interface CompleteSignInDependencies {
  readonly pool: Pool;
  readonly cell: string;
  readonly issuers: readonly TrustedIssuer[];
  readonly policyNamesGroups: boolean;
  /** The process in the trail: its name and a UUID of this start. */
  readonly podId: string;
  readonly podStream: string;
  readonly sourceIp: string | null;
  readonly now: Date;
}

/** Opens a session for whom the tokens speak, or refuses with a code of the closed table. */
export async function completeSignIn(
  deps: CompleteSignInDependencies,
  provider: SignInProvider,
  tokens: SignInTokens,
): Promise<SignInResult> {
  const context = {
    namespace: namespaceOf(deps.issuers, provider),
    nowSeconds: Math.floor(deps.now.getTime() / 1000),
    policyNamesGroups: deps.policyNamesGroups,
  };
  const verdict = await judgeSignIn(tokens, provider.rules, context, (accessToken) =>
    verifyToken(accessToken, { ...context, issuers: deps.issuers }),
  );
  if (verdict.outcome === 'refused') {
    const { code, reason } = verdict;
    const event = loginEvent(deps, claimedSubject(tokens), 'refused', { code, reason });
    await withTransaction(deps.pool, (client) => appendAuditEvents(client, deps.cell, [event]));
    return { outcome: 'refused', code };
  }
  // Machines have no browser; one that signs in is somebody holding its password.
  if (verdict.identity.isService) return { outcome: 'refused', code: 'admin_required' };
  return { outcome: 'signed-in', sessionId: await openSession(deps, verdict.identity, tokens) };
}

async function openSession(
  deps: CompleteSignInDependencies,
  identity: TokenIdentity,
  tokens: SignInTokens,
): Promise<string> {
  const secrets = { sessionId: randomSecret(), csrfToken: randomSecret() };
  const session = {
    issuer: identity.issuer,
    principal: identity.principal,
    ...(identity.email === undefined ? {} : { email: identity.email }),
    // The policy merge takes roles as groups, for a session as for a token.
    groups: [...identity.groups, ...identity.roles],
    ...(identity.authTimeSeconds === undefined ? {} : { authTimeSeconds: identity.authTimeSeconds }),
    idToken: tokens.idToken,
  };
  const event = loginEvent(deps, identity.principal, 'ok', { amr: [...identity.amr] });
  await withTransaction(deps.pool, async (client) => {
    await insertSession(client, deps.cell, session, secrets, deps.now);
    await appendAuditEvents(client, deps.cell, [event]);
  });
  return secrets.sessionId;
}

function namespaceOf(issuers: readonly TrustedIssuer[], provider: SignInProvider) {
  const trusted = issuers.find(({ rules }) => rules.issuer === provider.rules.issuer);
  const [alone] = issuerNamespaces([provider.rules]);
  const namespace = trusted?.namespace ?? alone;
  if (namespace === undefined) throw new Error('an issuer has a namespace');
  return namespace;
}

/** The flow has verified the ID token's signature, so the name in the trail is the provider's word, not the browser's. */
function claimedSubject(tokens: SignInTokens): string | null {
  const parsed = preParseToken(tokens.idToken);
  return parsed.outcome === 'parsed' ? parsed.subject : null;
}

function loginEvent(
  deps: CompleteSignInDependencies,
  principal: string | null,
  outcome: 'ok' | 'refused',
  detail: AuditEvent['detail'],
): AuditEvent {
  return {
    version: AUDIT_EVENT_VERSION,
    eventId: uuidV7(deps.now.getTime(), randomBytes(EVENT_ID_RANDOM_BYTES)),
    time: deps.now.toISOString(),
    type: 'admin.login',
    cell: deps.cell,
    podId: deps.podId,
    podStream: deps.podStream,
    principal,
    actor: null,
    sourceIp: deps.sourceIp,
    requestId: null,
    traceId: null,
    model: null,
    tier: null,
    outcome,
    revision: null,
    detail,
  };
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
