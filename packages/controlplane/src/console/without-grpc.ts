// What the console's bundle holds in place of the gRPC contract, which reads a file beside its own source and which no page
// needs: pods talk to the policy server, never to the console. See next.config.ts.

/** Fails: there is no gRPC in the console's process. */
export function loadPolicyContract(): never {
  throw new Error('the console does not speak gRPC');
}
