// Opens the pod's Redis connections, each with the options that its use needs.
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';

const LONGEST_RECONNECT_DELAY_MS = 1_000;

// Reply mapping is a type-level option of the constructor that the spread below cannot carry.
type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

// A command is never queued while disconnected and never sent twice: its outcome would be unknown.
const GUARDED: ConnectionOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  keepAlive: 10_000,
  retryStrategy: (attempt: number) => Math.min(50 * attempt, LONGEST_RECONNECT_DELAY_MS),
};

/** Connects in the background; trouble is logged once per change of state, not per attempt. */
export function connectRedis(url: string, purpose: string, log: Logger, options: ConnectionOptions = {}): Redis {
  const redis = new Redis(url, { ...GUARDED, connectionName: `secrouter-${purpose}`, ...options });
  let isDown = false;
  redis.on('error', (error: Error) => {
    if (isDown) return;
    isDown = true;
    log.warn({ purpose, reason: error.message.slice(0, 120) }, 'redis connection lost');
  });
  redis.on('ready', () => {
    if (isDown) log.info({ purpose }, 'redis connection restored');
    isDown = false;
  });
  return redis;
}

/** True while commands can be sent. */
export function isConnected(redis: Redis): boolean {
  return redis.status === 'ready';
}
