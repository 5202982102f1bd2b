// Policy rules and budgets. The same readers read the file and the values of overrides.
import {
  BUDGET_WINDOWS,
  type Budget,
  MAX_BUDGET_COST_NANO_USD,
  type PolicyConfig,
  type PolicyRule,
  ROLES,
} from '../policy/policy-rule.ts';
import { TIERS } from '../tier.ts';
import { type ObjectReader, object, stated } from './object-reader.ts';
import { boolean, integer, list, oneOf, type Reader, record, scaledDecimal, text } from './read-value.ts';

const NANO_USD_DECIMALS = 9;
const MAX_OUTPUT_TOKENS = 1_000_000_000;
const MAX_CONCURRENT_REQUESTS = 1_000_000;

const tier = oneOf(...TIERS);
const name = text(/^\S(?:.{0,254}\S)?$/, 'a name of at most 256 characters without outer blanks');
const limit = integer(0);

/** One rule of the policy. */
export const policyRule: Reader<PolicyRule> = object((fields) => {
  const admin = fields.optional('admin', boolean);
  const roles = fields.optional('roles', list(oneOf(...ROLES)));
  if (admin === false && roles?.includes('admin'))
    fields.place.at('roles').refuse('names "admin" while "admin" is false');
  return stated({
    allowedTiers: fields.optional('allowedTiers', list(tier)),
    maxTier: fields.optional('maxTier', tier),
    allowedModels: fields.optional('allowedModels', list(name)),
    deniedModels: fields.optional('deniedModels', list(name)),
    onViolation: fields.optional('onViolation', oneOf('deny', 'downgrade')),
    budgets: fields.optional('budgets', list(budget)),
    maxClassification: fields.optional('maxClassification', name),
    defaultClassification: fields.optional('defaultClassification', name),
    maxOutputTokens: fields.optional('maxOutputTokens', integer(1, MAX_OUTPUT_TOKENS)),
    defaultMaxOutputTokens: fields.optional('defaultMaxOutputTokens', integer(1, MAX_OUTPUT_TOKENS)),
    maxConcurrentRequests: fields.optional('maxConcurrentRequests', integer(0, MAX_CONCURRENT_REQUESTS)),
    inlineOverrides: fields.optional('inlineOverrides', boolean),
    roles,
    admin,
    hostedTools: fields.optional('hostedTools', boolean),
    remoteContent: fields.optional('remoteContent', boolean),
  });
});

/** The three layers of rules. */
export const policyConfig: Reader<PolicyConfig> = object((fields) =>
  stated({
    default: fields.optional('default', policyRule),
    groups: fields.withDefault('groups', record(policyRule, principalOrGroup), {}),
    users: fields.withDefault('users', record(policyRule, principalOrGroup), {}),
  }),
);

/** The name of a group or a principal, as tokens carry it. */
export const principalOrGroup: Reader<string> = text(/^.{1,512}$/u, 'a name of 1 to 512 characters');

const CALENDAR_WINDOWS = ['day', 'month', 'quarter', 'year'];
const ROLLING_WINDOWS = ['minute', 'hour', 'day', 'month'];

const budget: Reader<Budget> = object((fields) => {
  const window = fields.required('window', oneOf(...BUDGET_WINDOWS), 'day');
  const calendar = fields.optional('calendar', timeZone);
  if (calendar !== undefined && !CALENDAR_WINDOWS.includes(window))
    fields.place.at('calendar').refuse(`a calendar window is one of ${CALENDAR_WINDOWS.join(', ')}`);
  if (!fields.has('calendar') && !ROLLING_WINDOWS.includes(window))
    fields.place.at('calendar').refuse(`a ${window} is a calendar window: name its IANA time zone`);
  return stated({
    window,
    calendar,
    scope: fields.withDefault('scope', oneOf('user', 'group', 'organization'), 'user'),
    limits: readLimits(fields),
    models: fields.optional('models', list(name, 1)),
    tiers: fields.optional('tiers', list(tier, 1)),
    providers: fields.optional('providers', list(name, 1)),
    warnAtPercent: fields.withDefault('warnAt', list(integer(1, 100)), []),
    mode: fields.withDefault('mode', oneOf('strict', 'estimate'), 'strict'),
  });
});

const cost = scaledDecimal(NANO_USD_DECIMALS, MAX_BUDGET_COST_NANO_USD, 'a limit in dollars');

function readLimits(fields: ObjectReader): Budget['limits'] {
  const limits = stated({
    requests: fields.optional('maxRequests', limit),
    inputTokens: fields.optional('maxInputTokens', limit),
    outputTokens: fields.optional('maxOutputTokens', limit),
    totalTokens: fields.optional('maxTotalTokens', limit),
    costNanoUsd: fields.optional('maxCostUsd', cost),
  });
  const names = ['maxRequests', 'maxInputTokens', 'maxOutputTokens', 'maxTotalTokens', 'maxCostUsd'];
  if (!names.some((stating) => fields.has(stating)))
    fields.place.refuse(`limits nothing: state one of ${names.join(', ')}`);
  return limits;
}

const zoneName = text(/^[A-Za-z0-9_+/-]{1,64}$/, 'an IANA time zone');
const timeZone: Reader<string> = (node, place) => {
  const zone = zoneName(node, place);
  if (zone === undefined) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return place.refuse(`"${zone}" is not an IANA time zone`);
  }
};
