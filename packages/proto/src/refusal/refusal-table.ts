// The closed table of errors: code -> status, type, public message, retry advice. Both planes answer from it and the
// documentation is generated from it. Messages are constant per code: they tell the reader what to do next and never
// repeat a token, a prompt or a host.

export type RefusalType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'insufficient_quota'
  | 'rate_limit_error'
  | 'upstream_error'
  | 'service_unavailable';

/** Whether a client should try again: never, at once, or after the `Retry-After` that the refusal carries. */
export type RetryAdvice = 'no' | 'yes' | 'after';

export interface RefusalRow {
  readonly status: number;
  readonly type: RefusalType;
  readonly message: string;
  readonly retry: RetryAdvice;
}

const invalid = (status: number, message: string): RefusalRow => ({
  status,
  type: 'invalid_request_error',
  message,
  retry: 'no',
});
const unauthenticated = (message: string): RefusalRow => ({
  status: 401,
  type: 'authentication_error',
  message,
  retry: 'no',
});
const forbidden = (message: string): RefusalRow => ({ status: 403, type: 'permission_error', message, retry: 'no' });
const quota = (message: string, retry: RetryAdvice): RefusalRow => ({
  status: 429,
  type: 'insufficient_quota',
  message,
  retry,
});
const limited = (message: string): RefusalRow => ({ status: 429, type: 'rate_limit_error', message, retry: 'after' });
const upstream = (status: number, message: string): RefusalRow => ({
  status,
  type: 'upstream_error',
  message,
  retry: 'yes',
});
const unavailable = (message: string): RefusalRow => ({
  status: 503,
  type: 'service_unavailable',
  message,
  retry: 'after',
});

/** Every refusal there is. Adding one means a row here, a test and a line in docs/errors.md. */
export const REFUSALS = {
  invalid_request: invalid(400, 'The request is not valid. Correct the field named in `param` and send it again.'),
  invalid_json: invalid(400, 'The body is not valid JSON (RFC 8259, UTF-8, at most 64 levels deep).'),
  duplicate_key: invalid(400, 'The body names a member twice. Send each member once.'),
  empty_override: invalid(400, 'The message holds only a tier override. Write your question after it.'),
  unsupported_stateful: invalid(
    400,
    'State kept at the provider is not supported. Send the whole conversation with each request.',
  ),
  context_length_exceeded: invalid(400, "The conversation is longer than the model's context window. Shorten it."),
  missing_token: unauthenticated("Send your organisation's access token as `Authorization: Bearer <token>`."),
  invalid_token: unauthenticated('The access token is not valid here. Sign in again to get a new one.'),
  token_expired: unauthenticated('The access token has expired. Get a new one.'),
  mfa_required: unauthenticated('Sign in with a second factor, then use the new access token.'),
  acr_insufficient: unauthenticated('Sign in at the required assurance level, then use the new access token.'),
  auth_too_old: unauthenticated('The sign-in is too long ago. Sign in again, then use the new access token.'),
  not_authorized: forbidden('No policy grants you access. Ask your administrator for a group that has it.'),
  admin_required: forbidden('This needs an administrative right that your policy does not grant.'),
  model_not_allowed: forbidden('Your policy does not allow this model. GET /v1/models lists those you may use.'),
  model_not_priced: forbidden(
    'Something in this request has no price, and your budget is in dollars. Use a priced model or option.',
  ),
  tier_not_allowed: forbidden('Your policy does not allow this tier. Use a lower one or ask your administrator.'),
  tool_not_allowed: forbidden('Tools that the provider runs itself are not allowed here. Use client function tools.'),
  classification_not_cleared: forbidden(
    'Data of this classification may not go to that model, or is above your clearance.',
  ),
  egress_denied: forbidden('This would leave the allowed boundary. Ask your administrator for an egress rule.'),
  insufficient_scope: forbidden('The access token lacks the required scope.'),
  groups_overage: forbidden(
    'You are in more groups than the token can carry. Ask your administrator to send app roles or to limit the groups to those assigned.',
  ),
  revoked: forbidden('This access was revoked. Ask your administrator.'),
  model_not_found: invalid(404, 'There is no such model. GET /v1/models lists those you may use.'),
  unsupported_endpoint: invalid(
    404,
    'Not an endpoint. Supported under the base URL ending in /v1: /chat/completions, /embeddings, /models, /usage.',
  ),
  not_found: invalid(404, 'There is nothing at this address.'),
  method_not_allowed: invalid(405, 'This method is not allowed here.'),
  request_timeout: invalid(408, 'The request arrived too slowly. Send it again.'),
  revision_conflict: invalid(409, 'Somebody changed this in the meantime. Read it again and repeat your change.'),
  request_too_large: invalid(413, 'The request is too large. Send a smaller one.'),
  unsupported_media_type: invalid(415, 'Send the body as `Content-Type: application/json` in UTF-8, not compressed.'),
  expectation_failed: invalid(417, 'Only `Expect: 100-continue` is understood.'),
  invalid_configuration: invalid(422, 'The change would make the configuration invalid. See `problems`.'),
  upgrade_refused: invalid(426, 'This server speaks HTTP/1.1 without protocol upgrades.'),
  headers_too_large: invalid(431, 'The headers are too large (at most 16 KiB and 100 lines).'),
  budget_exceeded: quota('A budget is used up. GET /v1/usage shows your budgets.', 'after'),
  request_exceeds_budget: quota('This request alone is larger than a budget allows. Make it smaller.', 'no'),
  rate_limit_exceeded: limited('Too many requests in this window. Wait and try again.'),
  concurrency_exceeded: limited('Too many of your requests are running at once. Wait for one to end.'),
  too_many_failures: limited('Too many failed attempts came from this address. Wait and try again.'),
  upstream_error: upstream(502, 'The model provider failed. Try again.'),
  upstream_redirect: upstream(502, 'The model provider answered with a redirect, which is never followed.'),
  upstream_tls: upstream(502, "The model provider's certificate could not be verified."),
  upstream_protocol: upstream(502, 'The model provider broke the protocol.'),
  upstream_timeout: upstream(504, 'The model provider did not answer in time. Try again.'),
  idp_unavailable: unavailable('Sign-in keys cannot be had at the moment. Try again shortly.'),
  policy_unavailable: unavailable('This pod has no policy yet. Try again shortly.'),
  budget_unavailable: unavailable('Budgets cannot be checked at the moment. Try again shortly.'),
  audit_unavailable: unavailable('The request cannot be recorded at the moment. Try again shortly.'),
  provider_unavailable: unavailable('No provider for this model is available at the moment. Try again shortly.'),
  overloaded: unavailable('The gateway is at its limit. Try again shortly.'),
  draining: unavailable('This pod is shutting down. Try again; another one answers.'),
} as const satisfies Record<string, RefusalRow>;

/** The closed union of refusal codes. */
export type RefusalCode = keyof typeof REFUSALS;

/** Advice longer than this is not worth an automatic retry: `x-should-retry: false`. */
export const LONGEST_AUTOMATIC_RETRY_SECONDS = 60;
