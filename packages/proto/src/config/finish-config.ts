// From what a file (with its overrides) states to the configuration in force: models completed, names canonical,
// everything compared with everything else.
import { canonicalPolicy } from './canonical-policy.ts';
import { checkPolicy } from './check-policy.ts';
import { checkDestinations, checkModels } from './check-routes.ts';
import type { ConfigReading } from './config-reading.ts';
import type { EffectiveConfig } from './config-types.ts';
import { compileModelIndex, knownModels } from './known-models.ts';
import type { ConfigFile } from './read-config-file.ts';

/** Completes and cross-checks; problems and warnings go to `reading`. */
export function finishConfig(file: ConfigFile, reading: ConfigReading): EffectiveConfig {
  const root = reading.root('');
  const models = knownModels(file);
  const policy = canonicalPolicy(file.security.policy, compileModelIndex({ models }), root.at('security', 'policy'));
  checkModels(file, models, root);
  checkDestinations(file, root);
  checkPolicy(file, models, root);
  const { statedModels: _models, hasLadder: _ladder, ...rest } = file;
  return { ...rest, models, security: { ...file.security, policy } };
}
