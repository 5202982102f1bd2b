// Whether an identity is on the revocation list of a policy: by its principal, its actor, its token or its client.
import type { TokenIdentity } from '@secrouter/proto';
import type { CompiledPolicy } from './compile-snapshot.ts';

/** True when the identity may not go on. */
export function isRevoked(identity: TokenIdentity, { revoked }: Pick<CompiledPolicy, 'revoked'>): boolean {
  const { principal, token, client } = revoked;
  return (
    principal.has(identity.principal) ||
    (identity.actor !== undefined && principal.has(identity.actor)) ||
    (identity.tokenId !== undefined && token.has(identity.tokenId)) ||
    (identity.clientId !== undefined && client.has(identity.clientId))
  );
}
