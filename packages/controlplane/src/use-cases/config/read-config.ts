// The configuration as the console and the admin API show it: what is in force, where each field comes from, the file's own
// values and the overrides beside it. Secrets are references already; what could still hold one is redacted.
import { type ConfigOrigin, type ConfigWarning, type EffectiveConfig, redactConfig } from '@secrouter/proto';
import type { ConsoleContext } from '../../context/console-context.ts';
import { listOverrides, type OverrideInForce } from '../../db/config-queries.ts';
import { readConfigState } from '../../db/config-store.ts';
import { buildEffective } from '../../policy/build-effective.ts';
import { type FileValues, fileValues } from '../../policy/file-values.ts';
import type { PublishedPolicy } from '../../policy/published-policy.ts';

export interface ConfigView {
  readonly revision: number;
  readonly epoch: number;
  readonly createdAt: string;
  readonly config: EffectiveConfig;
  /** By path: each rule and each tier. Everything that is not listed comes from the file. */
  readonly origins: Readonly<Record<string, ConfigOrigin>>;
  readonly defaultOrigin: ConfigOrigin;
  readonly overrides: readonly OverrideInForce[];
  /** What the file says at the places that can be overridden, in the file's own shape. */
  readonly file: FileValues;
  readonly warnings: readonly ConfigWarning[];
}

/** Reads the view of the published revision. */
export async function readConfig(context: ConsoleContext, published: PublishedPolicy): Promise<ConfigView> {
  const { pool, prisma, config } = context;
  const { revision, epoch, createdAt } = published;
  const state = await readConfigState(pool, config.cell, { revision });
  const built = state === undefined ? undefined : buildEffective(state.files, state.overrides);
  return {
    revision,
    epoch,
    createdAt,
    config: redactConfig(published.config),
    origins: built?.outcome === 'built' ? built.origins : {},
    defaultOrigin: 'file',
    overrides: await listOverrides(prisma, config.cell),
    file: fileValues(state?.files.config ?? '{}'),
    warnings: built?.outcome === 'built' ? built.warnings : [],
  };
}
