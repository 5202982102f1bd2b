// `security.egress`: the only destinations that a provider may be reached at, and `security.classification`, the ladder
// that both the destinations and the policies speak of.
import type { ClassificationConfig, EgressRule } from './config-types.ts';
import { parseIpRange } from './ip-range.ts';
import { object, stated } from './object-reader.ts';
import { allowedHost } from './read-url.ts';
import { boolean, list, oneOrList, type Reader, text } from './read-value.ts';

/** An address range, kept as it is written. */
export const cidr: Reader<string> = (node, place) => {
  const range = text()(node, place);
  if (range === undefined || parseIpRange(range) !== undefined) return range;
  return place.refuse(`expected an address or a CIDR range, found ${JSON.stringify(range.slice(0, 80))}`);
};

const label = text();

/** One entry of the allow-list. */
export const egressRule: Reader<EgressRule> = object((fields) =>
  stated({
    provider: fields.required('provider', text(), ''),
    allowedHosts: fields.required('allowedHost', oneOrList(allowedHost), []),
    allowedCidrs: fields.withDefault('allowedCidrs', list(cidr), []),
    authorizedClassifications: fields.withDefault('authorizedClassifications', list(label), []),
    hostedTools: fields.withDefault('hostedTools', boolean, false),
    remoteContent: fields.withDefault('remoteContent', boolean, false),
    authorization: fields.optional('authorization', text()),
  }),
);

/** The allow-list. `failClosed` is accepted only as what always holds. */
export const egress: Reader<readonly EgressRule[]> = object((fields) => {
  if (fields.optional('failClosed', boolean) === false)
    fields.place.at('failClosed').refuse('egress always fails closed; remove this field or set it to true');
  return fields.withDefault('allowlist', list(egressRule), []);
});

/** Without a block there is one class, and nothing to be cleared for above it. */
export const DEFAULT_CLASSIFICATION: ClassificationConfig = {
  default: 'UNCLASSIFIED',
  levels: ['UNCLASSIFIED'],
  trustedLabelers: [],
};

/** The ladder of data classes, low to high. */
export const classification: Reader<ClassificationConfig> = object((fields) => {
  const levels = fields.required('levels', list(label, 1), []);
  const base = fields.required('default', label, '');
  if (base !== '' && !levels.includes(base)) fields.place.at('default').refuse('is not one of the levels');
  if (new Set(levels).size < levels.length) fields.place.at('levels').refuse('names a level twice');
  return { default: base, levels, trustedLabelers: fields.withDefault('trustedLabelers', list(text()), []) };
});
