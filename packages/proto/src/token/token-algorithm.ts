// The signature algorithms that any issuer may be configured for: asymmetric ones only (RFC 8725 section 3.1).

/** All that the verifier can do; an issuer's allow-list is a subset. */
export const tokenAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** A signature algorithm's JOSE name. */
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** Narrows a header's `alg`; anything but an exact known name is refused, `none` and HMAC included. */
export function isTokenAlgorithm(value: unknown): value is TokenAlgorithm {
  return tokenAlgorithms.some((algorithm) => algorithm === value);
}
