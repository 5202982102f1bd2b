// Token ids that were accepted once, over all pods (`trackJti`). One SET NX a request, under the breaker of the budgets:
// it is the same Redis.
import type { ClaimTokenId, RedisKeys } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import type { RedisBreaker } from './redis-breaker.ts';

/** Makes the port that `judgeReplay` asks. It rejects with RedisUnavailable while Redis does not answer. */
export function tokenIdStore(redis: Redis, keys: RedisKeys, breaker: RedisBreaker): ClaimTokenId {
  return async ({ issuerHash, tokenIdHash, lifeSeconds }) => {
    const key = keys.tokenId(issuerHash, tokenIdHash);
    const reply = await breaker.run(() => redis.set(key, '1', 'EX', lifeSeconds, 'NX'));
    return reply === 'OK';
  };
}
