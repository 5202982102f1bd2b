// The peers whose `X-Forwarded-For` counts, compiled once per snapshot.
import { type CompiledCidrs, compileCidrs } from '../http/client-address.ts';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';

const compiled = new WeakMap<CompiledPolicy, CompiledCidrs>();
const NOBODY = compileCidrs([]);

/** The trusted proxies of a policy; nobody before there is one. */
export function trustedProxiesOf(policy: CompiledPolicy | undefined): CompiledCidrs {
  if (policy === undefined) return NOBODY;
  const known = compiled.get(policy) ?? compileCidrs(policy.config.security.trustedProxies);
  compiled.set(policy, known);
  return known;
}
