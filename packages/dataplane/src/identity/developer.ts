// Who everybody is while `security.enabled` is false: a developer's own machine, never anything else. The control plane
// accepts that setting only with every listener on loopback.
import type { TokenIdentity } from '@secrouter/proto';

/** The one identity of a system without identities. */
export const DEVELOPER: TokenIdentity = {
  issuer: 'secrouter:development',
  principal: 'developer',
  issuerSubject: 'developer',
  groups: [],
  roles: [],
  scopes: [],
  audiences: [],
  amr: [],
  acr: [],
  expiresAtSeconds: Number.MAX_SAFE_INTEGER,
  isService: false,
  isDelegating: false,
};
