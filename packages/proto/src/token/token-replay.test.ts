// One-time tokens against a store in memory.
import { describe, expect, test } from 'vitest';
import { testIssuer, testNowSeconds, testRules } from './token-fixtures.ts';
import type { TokenIdentity } from './token-identity.ts';
import {
  type ClaimTokenId,
  clockSpreadSeconds,
  judgeReplay,
  maxTokenIdLifeSeconds,
  type TokenIdClaim,
  tokenIdClaim,
} from './token-replay.ts';

function identity(changes: Partial<TokenIdentity> = {}): TokenIdentity {
  const lists = { groups: [], roles: [], scopes: [], audiences: ['secrouter'], amr: ['mfa'], acr: [] };
  return {
    ...lists,
    issuer: testIssuer,
    principal: 'u-basic',
    issuerSubject: 'u-basic',
    tokenId: 'token-1',
    expiresAtSeconds: testNowSeconds + 300,
    isService: false,
    isDelegating: false,
    ...changes,
  };
}

/** Remembers for ever. */
function memoryStore(): { claim: ClaimTokenId; claims: TokenIdClaim[] } {
  const claims: TokenIdClaim[] = [];
  const known = new Set<string>();
  const claim: ClaimTokenId = async (wanted) => {
    claims.push(wanted);
    const key = `${wanted.issuerHash} ${wanted.tokenIdHash}`;
    const isFirst = !known.has(key);
    known.add(key);
    return isFirst;
  };
  return { claim, claims };
}

const tracking = testRules({ trackJti: true });

describe('a one-time token', () => {
  test('T105 is accepted once and then refused, for as long as it lives', async () => {
    const { claim, claims } = memoryStore();

    const first = await judgeReplay(identity(), tracking, testNowSeconds, claim);
    const second = await judgeReplay(identity(), tracking, testNowSeconds + 329, claim);

    expect(first).toBeUndefined();
    expect(second).toMatchObject({ code: 'invalid_token', reason: 'token_replayed' });
    expect(claims[0]?.lifeSeconds).toBe(300 + 30 + clockSpreadSeconds);
  });

  test('is told from the same id of another issuer, and the store sees neither', async () => {
    const { claim, claims } = memoryStore();

    await judgeReplay(identity(), tracking, testNowSeconds, claim);
    const other = await judgeReplay(identity({ issuer: 'https://b.example' }), tracking, testNowSeconds, claim);

    expect(other).toBeUndefined();
    expect(JSON.stringify(claims)).not.toMatch(/token-1|example/);
  });

  test('T106 without an id is refused, and the store is not asked', async () => {
    const { claim, claims } = memoryStore();
    const { tokenId: _absent, ...withoutId } = identity();

    expect(await judgeReplay(withoutId, tracking, testNowSeconds, claim)).toMatchObject({ reason: 'token_id_missing' });
    expect(claims).toHaveLength(0);
  });

  test('costs nothing where the issuer does not ask for it', async () => {
    const { claim, claims } = memoryStore();

    expect(await judgeReplay(identity(), testRules(), testNowSeconds, claim)).toBeUndefined();
    expect(claims).toHaveLength(0);
  });

  test('is 503 and not 401 while the store does not answer', async () => {
    const claim: ClaimTokenId = () => Promise.reject(new Error('down'));

    expect(await judgeReplay(identity(), tracking, testNowSeconds, claim)).toEqual({
      outcome: 'refused',
      code: 'idp_unavailable',
      reason: 'replay_check_unavailable',
      retryAfterSeconds: 1,
    });
  });

  test.each<[string, number, number]>([
    ['already past its end', testNowSeconds - 10_000, 1],
    ['beyond every bound', testNowSeconds + 10 ** 12, maxTokenIdLifeSeconds],
  ])('is remembered for a bounded time when %s', (_name, until, life) => {
    expect(tokenIdClaim(testIssuer, 'x', until, testNowSeconds).lifeSeconds).toBe(life);
  });
});
