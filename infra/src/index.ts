// What the quick start's machinery offers to the test suite: real stores with a life.

export {
  DEFAULT_QUICK_START_PORTS,
  type QuickStartPorts,
  quickStartConfig,
} from '../quick-start/quick-start-config.ts';
export { findPersona } from './identity-provider/personas.ts';
export {
  type IdentityProviderOptions,
  type RunningIdentityProvider,
  startIdentityProvider,
} from './identity-provider/start-identity-provider.ts';
export {
  type ModelProviderOptions,
  type RunningModelProvider,
  startModelProvider,
} from './model-provider/start-model-provider.ts';
export { ensureDatabase, type PostgresOptions, type RunningStore, startPostgres } from './stores/postgres.ts';
export { type RedisOptions, startRedis } from './stores/redis.ts';
export { fetchAccessToken } from './token.ts';
