// Where the project and its state lie.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder that holds package.json. */
export const PROJECT_ROOT = resolve(import.meta.dirname, '..', '..');

/** The folder of everything the quick start keeps: `SECROUTER_HOME`, `.secrouter` in the project when unset. */
export function homeFolder(environment: NodeJS.ProcessEnv): string {
  return resolve(PROJECT_ROOT, environment.SECROUTER_HOME || '.secrouter');
}

/** The configuration that the quick start runs on when the user brings none. */
export const QUICK_START_CONFIG = join(PROJECT_ROOT, 'infra', 'quick-start', 'secrouter.config.example.json');

/** The configuration file to run on: `SECROUTER_CONFIG`, else one in the project folder, else the quick start's own. */
export function findConfigFile(environment: NodeJS.ProcessEnv): string {
  if (environment.SECROUTER_CONFIG) return resolve(PROJECT_ROOT, environment.SECROUTER_CONFIG);
  const own = join(PROJECT_ROOT, 'secrouter.config.json');
  return existsSync(own) ? own : QUICK_START_CONFIG;
}
