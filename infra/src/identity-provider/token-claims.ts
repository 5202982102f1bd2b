// What the provider says about a persona, in ID tokens and in access tokens.
import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import { BATCH_CLIENT_ID } from './clients.ts';
import { findPersona, findPersonaBySubject } from './personas.ts';

/** Subjects of machine clients, whose tokens oidc-provider would otherwise name after the client. */
const SERVICE_PERSONAS: Readonly<Record<string, string>> = { [BATCH_CLIENT_ID]: 'batch' };

/** The account of a subject for oidc-provider; undefined when nobody has it. */
export function findAccount(subject: string): Account | undefined {
  const persona = findPersonaBySubject(subject);
  if (!persona) return undefined;
  return {
    accountId: persona.subject,
    claims: () => ({
      sub: persona.subject,
      email: persona.email,
      email_verified: true,
      name: persona.signIn?.label ?? persona.name,
      groups: [...persona.groups],
    }),
  };
}

/** Claims of an access token beside those of RFC 9068. A machine's token says nothing of an authentication. */
export function accessTokenClaims(
  subject: string | undefined,
  authTimeSeconds: number,
): Record<string, string | number | string[]> | undefined {
  const persona = subject === undefined ? undefined : findPersonaBySubject(subject);
  if (!persona) return undefined;
  return {
    email: persona.email,
    groups: [...persona.groups],
    ...(persona.amr && { amr: [...persona.amr], auth_time: authTimeSeconds }),
    ...(persona.acr && { acr: persona.acr }),
  };
}

/** The `sub` of a client-credentials token; undefined for clients without a service subject. */
export function serviceSubject(clientId: string | undefined): string | undefined {
  return findPersona(SERVICE_PERSONAS[clientId ?? ''] ?? '')?.subject;
}

/** When the person behind this token request signed in; now, where there was no sign-in before. */
export function authTimeSeconds(ctx: KoaContextWithOIDC, nowSeconds: number): number {
  const { AuthorizationCode: code, RefreshToken: refreshToken } = ctx.oidc.entities;
  return code?.authTime ?? refreshToken?.authTime ?? nowSeconds;
}
