// The one entry: the text of a configuration file to a configuration in force, or to all of its problems at once.
import type { JsonLimits } from '../json/json-limits.ts';
import type { JsonNode } from '../json/json-node.ts';
import { parseStrictJson } from '../json/strict-json.ts';
import { ConfigReading, type Place } from './config-reading.ts';
import type { ConfigProblem, ConfigWarning, EffectiveConfig, EgressRule } from './config-types.ts';
import { type FieldVerdict, fieldVerdicts, positionOf, warnOfFieldsWithoutEffect } from './field-verdicts.ts';
import { finishConfig } from './finish-config.ts';
import { type ConfigContext, type ConfigFile, configFile } from './read-config-file.ts';
import { egressRule } from './read-egress.ts';
import { list } from './read-value.ts';

export type { ConfigContext } from './read-config-file.ts';

/** A valid file before overrides: what `buildEffectiveConfig` merges them into. */
export interface ParsedBaseline {
  readonly file: ConfigFile;
}

export interface ParsedConfig {
  readonly outcome: 'parsed';
  readonly config: EffectiveConfig;
  readonly baseline: ParsedBaseline;
  readonly warnings: readonly ConfigWarning[];
  readonly fields: readonly FieldVerdict[];
  /** How many rules of `SECROUTER_EGRESS_FILE` were added; recorded in the audit trail by whoever loads. */
  readonly addedEgressRules: number;
}

export interface RefusedConfig {
  readonly outcome: 'refused';
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigWarning[];
  readonly fields: readonly FieldVerdict[];
}

export type ConfigParse = ParsedConfig | RefusedConfig;

/** Bounds of a configuration file: far above any real one, far below what could hurt. */
export const CONFIG_JSON_LIMITS = { maxDepth: 32, maxNodes: 2_000_000 } as const satisfies JsonLimits;

/** Reads, validates and completes a configuration file. Nothing is thrown and nothing is silently ignored. */
export function parseConfig(text: string, context: ConfigContext): ConfigParse {
  const reading = new ConfigReading();
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  const place = reading.root(source);
  const root = readDocument(source, place, 'the file');
  const stated = root && configFile(context)(root, place);
  if (root === undefined || stated === undefined)
    return { outcome: 'refused', problems: reading.problems, warnings: reading.warnings, fields: [] };

  const added = readEgressFile(context.egressFileText, stated, reading);
  const file = withEgressRules(stated, added);
  warnOfOlderEnvironment(context.environmentNames ?? [], reading);
  warnOfFieldsWithoutEffect(root, reading);
  const config = finishConfig(file, reading);

  const fields = fieldVerdicts(root, reading);
  const { problems, warnings } = reading;
  if (problems.length > 0) return { outcome: 'refused', problems, warnings, fields };
  return { outcome: 'parsed', config, baseline: { file }, warnings, fields, addedEgressRules: added.length };
}

function readDocument(text: string, place: Place, what: string): JsonNode | undefined {
  const parsed = parseStrictJson(text, CONFIG_JSON_LIMITS, 'jsonc');
  if (parsed.outcome === 'parsed') return parsed.root;
  const where = positionOf(text, parsed.offset);
  const path = parsed.path === '' ? place.path : [place.path, parsed.path].filter((part) => part !== '').join('.');
  const messages = {
    invalid_json: `${what} is not JSON at ${where}`,
    duplicate_key: `is stated twice (${where})`,
    too_deep: `${what} is nested too deeply at ${where}`,
    too_many: `${what} has too many values at ${where}`,
  } as const;
  place.reading.problems.push({ path, message: messages[parsed.problem] });
  return undefined;
}

const EGRESS_FILE = 'SECROUTER_EGRESS_FILE';

function readEgressFile(text: string | undefined, file: ConfigFile, reading: ConfigReading): readonly EgressRule[] {
  if (text === undefined) return [];
  const place = reading.root(text).at(EGRESS_FILE);
  const root = readDocument(text, place, 'the egress file');
  const rules = (root && list(egressRule)(root, place)) ?? [];
  const known = new Set(file.security.egress.allowlist.map(ruleKey));
  return rules.filter((rule) => !known.has(ruleKey(rule)));
}

/** The same provider, hosts and clearances are the same rule. */
function ruleKey(rule: EgressRule): string {
  const { authorization: _note, ...meaning } = rule;
  return JSON.stringify({
    ...meaning,
    allowedHosts: [...rule.allowedHosts].sort(),
    authorizedClassifications: [...rule.authorizedClassifications].sort(),
  });
}

function withEgressRules(file: ConfigFile, added: readonly EgressRule[]): ConfigFile {
  const allowlist = [...file.security.egress.allowlist, ...added];
  return { ...file, security: { ...file.security, egress: { allowlist } } };
}

function warnOfOlderEnvironment(names: readonly string[], reading: ConfigReading): void {
  for (const name of names) {
    if (name.startsWith('SECROUTER_SECLLM_'))
      reading.root('').at(name).replace('is not read: name the pool under providers, tiers and security.egress');
  }
}
