// Why a token is refused: the public code (one per answer) and the reason that only the trail sees.

/** Public codes of token judgement; the table of statuses and messages lies with the planes. */
export type TokenRefusalCode =
  | 'invalid_token'
  | 'token_expired'
  | 'mfa_required'
  | 'acr_insufficient'
  | 'auth_too_old'
  | 'insufficient_scope'
  | 'groups_overage'
  | 'idp_unavailable';

/** The closed list of reasons; a reason never contains a piece of the token. */
export type TokenReason =
  | 'too_long'
  | 'not_three_parts'
  | 'not_base64url'
  | 'bad_header'
  | 'forbidden_header_member'
  | 'unsupported_algorithm'
  | 'bad_key_id'
  | 'nested_token'
  | 'bad_payload'
  | 'bad_issuer'
  | 'bad_subject'
  | 'bad_expiry'
  | 'unknown_issuer'
  | 'algorithm_not_allowed'
  | 'no_key'
  | 'ambiguous_key'
  | 'key_algorithm_mismatch'
  | 'bad_signature'
  | 'keys_unavailable'
  | 'token_type'
  | 'id_token'
  | 'audience'
  | 'expired'
  | 'lifetime'
  | 'not_yet_valid'
  | 'issued_in_future'
  | 'bad_claim_type'
  | 'foreign_principal'
  | 'token_id_missing'
  | 'token_replayed'
  | 'replay_check_unavailable'
  | 'client_not_allowed'
  | 'no_second_factor'
  | 'acr_too_low'
  | 'sign_in_too_old'
  | 'scope_missing'
  | 'too_many_groups_for_token';

/** What the client must obtain to be accepted, for the RFC 9470 and RFC 6750 challenge. */
export interface StepUp {
  readonly acrValues?: readonly string[];
  readonly maxAgeSeconds?: number;
  readonly scopes?: readonly string[];
}

/** A refused token. */
export interface TokenRefusal {
  readonly outcome: 'refused';
  readonly code: TokenRefusalCode;
  readonly reason: TokenReason;
  /** The claim or header member at fault, a name from the rules and never a value. */
  readonly claim?: string;
  readonly stepUp?: StepUp;
  readonly retryAfterSeconds?: number;
}

/** A refusal whose public answer is the one constant `invalid_token`. */
export function invalidToken(reason: TokenReason, claim?: string): TokenRefusal {
  return { outcome: 'refused', code: 'invalid_token', reason, ...(claim === undefined ? {} : { claim }) };
}
