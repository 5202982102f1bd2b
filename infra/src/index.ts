// What the quick start's machinery offers to the test suite: real stores with a life.
export { ensureDatabase, type PostgresOptions, type RunningStore, startPostgres } from './stores/postgres.ts';
export { type RedisOptions, startRedis } from './stores/redis.ts';
