// From the baseline's texts and the overrides to the configuration in force, or to every problem with its path. Pure.
import { getFips } from 'node:crypto';
import { parseClassifierParameters } from '@secrouter/classifier';
import {
  buildEffectiveConfig,
  type ConfigOrigin,
  type ConfigProblem,
  type ConfigWarning,
  type EffectiveConfig,
  type OverrideEntry,
  parseConfig,
} from '@secrouter/proto';
import type { BaselineFiles } from './config-state.ts';

export type EffectiveResult =
  | {
      readonly outcome: 'built';
      readonly config: EffectiveConfig;
      /** The file alone, without any override. */
      readonly baseline: EffectiveConfig;
      readonly origins: Readonly<Record<string, ConfigOrigin>>;
      readonly warnings: readonly ConfigWarning[];
    }
  | { readonly outcome: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** Parses, merges and validates. Both the file alone and the merged result must hold. */
export function buildEffective(files: BaselineFiles, overrides: readonly OverrideEntry[]): EffectiveResult {
  const problems = overrides.flatMap(unstorableText);
  if (problems.length > 0) return { outcome: 'invalid', problems };
  const parsed = parseConfig(files.config, {
    listenersOnLoopback: files.listenersOnLoopback,
    isFipsActive: getFips() === 1,
    ...(files.egress === undefined ? {} : { egressFileText: files.egress }),
    checkClassifier: (value) => {
      const parameters = parseClassifierParameters(value, 'classifier');
      return parameters.ok ? [] : parameters.problems;
    },
  });
  if (parsed.outcome === 'refused') return { outcome: 'invalid', problems: parsed.problems };
  const built = buildEffectiveConfig(parsed.baseline, overrides);
  if (built.outcome === 'invalid') return { outcome: 'invalid', problems: built.problems };
  const { config, origins } = built;
  const warnings = uniqueWarnings([...parsed.warnings, ...built.warnings]);
  return { outcome: 'built', config, baseline: parsed.config, origins, warnings };
}

// PostgreSQL's jsonb holds no NUL, and canonical JSON no lone surrogate: said here, with a path, before anything is written.
function unstorableText(entry: OverrideEntry): ConfigProblem[] {
  const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0');
  let isClean = isStorable(entry.name);
  JSON.stringify(entry.value, (key: string, value: unknown) => {
    if (!isStorable(key) || (typeof value === 'string' && !isStorable(value))) isClean = false;
    return value;
  });
  return isClean ? [] : [{ path: entry.scope, message: 'text with a NUL or a broken surrogate pair cannot be kept' }];
}

function uniqueWarnings(warnings: readonly ConfigWarning[]): ConfigWarning[] {
  return [...new Map(warnings.map((warning) => [`${warning.path}\n${warning.message}`, warning])).values()];
}
