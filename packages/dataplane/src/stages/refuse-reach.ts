// What no request may ask of a provider, whoever asks: state behind our one shared key, another model or host than the
// judged ones, and members that the provider's server would read as judged ones although we did not.
import { type JsonObject, presentMember, RequestRefused } from '@secrouter/proto';
import { HOSTED_FIELDS } from './read-tools.ts';

/** Fields by which a provider would keep state behind our one shared key. */
const STATEFUL_FIELDS = ['previous_response_id', 'conversation', 'background'] as const;

/** Fields by which proxies and model servers are told to use another model or another host. */
const REROUTING_FIELDS = [
  'models',
  'fallbacks',
  'api_base',
  'base_url',
  'kv_transfer_params',
  'bootstrap_host',
] as const;

/** Fields that decide something here. */
const JUDGED_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'input',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'best_of',
  'tools',
  'functions',
  'response_format',
  'service_tier',
  'store',
  ...STATEFUL_FIELDS,
  ...REROUTING_FIELDS,
  ...HOSTED_FIELDS,
]);

/** No judged name is longer. */
const LONGEST_NAME = 64;

/** Throws RequestRefused: unsupported_stateful, egress_denied, invalid_request for names in disguise. */
export function refuseReach(root: JsonObject): void {
  refuseLookAlikes(root, JUDGED_FIELDS);
  refuseOverlay(root);
  for (const field of STATEFUL_FIELDS) {
    const value = presentMember(root, field);
    if (value !== undefined && value.kind !== 'false')
      throw new RequestRefused('unsupported_stateful', { param: field });
  }
  const rerouting = REROUTING_FIELDS.find((field) => presentMember(root, field) !== undefined);
  if (rerouting !== undefined) throw new RequestRefused('egress_denied', { param: rerouting, reason: 'rerouting' });
}

/**
 * Refuses `Model` beside or instead of `model`: servers in Go and .NET match names without regard to case and take the
 * last, so that what was judged would not be what is read.
 */
export function refuseLookAlikes(object: JsonObject, names: ReadonlySet<string>, prefix = ''): void {
  for (const name of object.members.keys()) {
    const folded = foldName(name);
    if (name !== folded && names.has(folded)) throw disguised(`${prefix}${folded}`);
  }
}

/** Upper case first: it turns the long s and the Kelvin sign into letters, which Go takes for them. */
export function foldName(name: string): string {
  return name.length > LONGEST_NAME ? name : name.toUpperCase().toLowerCase();
}

/** Some proxies lay the members of `extra_body` over those of the body. */
function refuseOverlay(root: JsonObject): void {
  const overlay = presentMember(root, 'extra_body');
  if (overlay?.kind !== 'object') return;
  const judged = [...overlay.members.keys()].map(foldName).find((name) => JUDGED_FIELDS.has(name));
  if (judged !== undefined) throw disguised(`extra_body.${judged}`);
}

function disguised(param: string): RequestRefused {
  return new RequestRefused('invalid_request', { param, reason: 'disguised_member' });
}
