// How a pod's Node is started, here and in production (docs/operations.md). A pod works without these flags too: they make
// its memory half as large and spare the collector work.

/** Flags of V8 for a pod. */
export const POD_NODE_FLAGS: readonly string[] = [
  // The young generation holds what one request in flight needs, and little lives longer; V8's own 32 MiB (twice that on
  // 64 bits) are memory for nothing.
  '--max-semi-space-size=16',
  // While a pod warms up its young generation is small, and what requests in flight hold looks long-lived to V8, which from
  // then on makes such objects old from birth: every request then leaves kilobytes that only a full collection frees.
  '--no-allocation-site-pretenuring',
  // Full collections at 1.6 times what lives, not at four times: the live part is small, so that they are short.
  '--heap-growing-percent=60',
];
