// Keys through rotation, floods and outages, with a clock and a network that the test owns.
import { describe, expect, test } from 'vitest';
import type { StoredKeySet } from './key-set-refresher.ts';
import { contextOf, jsonDocument, jwksUri, KeyWorld, kidsOf, maxStaleMs, ttlMs } from './key-world-fixtures.ts';
import { signedToken, testIssuer, testKey } from './token-fixtures.ts';
import { absentKidTtlMs, maxAbsentKids, UnknownKidGate, unknownKidCooldownMs } from './unknown-kid-gate.ts';
import { verifyToken } from './verify-token.ts';

const k1 = testKey('ES256', 'k1');
const k2 = testKey('ES256', 'k2');
const discoveryUrl = `${testIssuer}/.well-known/openid-configuration`;

describe('refresh', () => {
  test('fetches at start and again at half the TTL', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();

    await refresher.start();
    expect(kidsOf(refresher)).toEqual(['k1']);
    await world.advance(ttlMs * 0.44);
    expect(world.requests).toHaveLength(1);
    await world.advance(ttlMs * 0.12);

    expect(world.requests).toHaveLength(2);
    await refresher.close();
  });

  test('T114 a withdrawn key is gone within the TTL', async () => {
    const world = new KeyWorld();
    world.publish(k1, k2);
    const refresher = world.refresher();
    await refresher.start();

    world.publish(k2);
    await world.advance(ttlMs);

    expect(kidsOf(refresher)).toEqual(['k2']);
    await refresher.close();
  });

  test('keeps the same object while the keys are the same, so that caches stay warm', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    const before = refresher.current();

    await world.advance(ttlMs);
    const after = refresher.current();

    expect(before.outcome === 'usable' && after.outcome === 'usable' && before.keySet === after.keySet).toBe(true);
    await refresher.close();
  });

  test('stops asking after close', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();

    await refresher.close();
    await world.advance(10 * ttlMs);
    await refresher.findKid('k9');

    expect(world.requests).toHaveLength(1);
  });
});

describe('unknown kids', () => {
  test('T28 a thousand in a second cause at most one fetch', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();

    await Promise.all(Array.from({ length: 500 }, (_, index) => refresher.findKid(`evil-${index}`)));
    await world.advance(500);
    await Promise.all(Array.from({ length: 500 }, (_, index) => refresher.findKid(`evil-${500 + index}`)));

    expect(world.requests).toHaveLength(2);
    expect(kidsOf(refresher)).toEqual(['k1']);
    await refresher.close();
  });

  test('T28 ten thousand cause at most one fetch in 30 s while the provider is down, too', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    world.answers.set(jwksUri, 'reset');

    for (let second = 0; second < 30; second += 1) {
      await Promise.all(Array.from({ length: 334 }, (_, index) => refresher.findKid(`evil-${second}-${index}`)));
      await world.advance(999);
    }

    expect(world.requests).toHaveLength(2);
    expect(kidsOf(refresher)).toEqual(['k1']);
    await refresher.close();
  });

  test('T113 a rotated key is found with one fetch, by all who wait for it', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    world.publish(k1, k2);
    const context = contextOf(refresher);

    const answers = await Promise.all(Array.from({ length: 20 }, () => verifyToken(signedToken(k2, 'ES256'), context)));

    expect(new Set(answers.map((answer) => answer.outcome))).toEqual(new Set(['accepted']));
    expect(world.requests).toHaveLength(2);
    await refresher.close();
  });

  test('a failed search uses up the interval too', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    world.answers.set(jwksUri, 'reset');

    await refresher.findKid('a');
    await refresher.findKid('b');

    expect(world.requests).toHaveLength(2);
    await refresher.close();
  });

  test('a changed key set makes absent kids worth a search again', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher({ jwksUri, cacheTtlMs: 50_000 });
    await refresher.start();
    await refresher.findKid('k9');

    world.publish(k1, k2);
    await world.advance(unknownKidCooldownMs);
    const before = world.requests.length;
    await refresher.findKid('k9');

    expect(world.requests).toHaveLength(before + 1);
    await refresher.close();
  });

  test('the gate opens every 30 s, but not for a kid known to be absent', () => {
    const gate = new UnknownKidGate();

    expect(gate.admits('a', 0)).toBe(true);
    gate.rememberAbsent('a', 0);
    expect(gate.admits('b', unknownKidCooldownMs - 1)).toBe(false);
    expect(gate.admits('a', unknownKidCooldownMs)).toBe(false);
    expect(gate.admits('b', unknownKidCooldownMs)).toBe(true);
    expect(gate.admits('a', absentKidTtlMs + unknownKidCooldownMs)).toBe(true);
  });

  test('the gate forgets the oldest absent kid at its bound, and all when keys change', () => {
    const gate = new UnknownKidGate();

    for (let index = 0; index <= maxAbsentKids; index += 1) gate.rememberAbsent(`k${index}`, 0);
    expect(gate.absentCount).toBe(maxAbsentKids);
    expect(gate.isKnownAbsent('k0', 1)).toBe(false);
    expect(gate.isKnownAbsent('k1', 1)).toBe(true);
    gate.forgetAbsent();
    expect(gate.isKnownAbsent('k1', 1)).toBe(false);
  });
});

describe('cold start', () => {
  const stored = (changes: Partial<StoredKeySet> = {}): StoredKeySet => ({
    version: 1,
    issuer: testIssuer,
    jwksUri,
    fetchedAtMs: 1_800_000_000_000 - ttlMs,
    document: { keys: [k1.jwk] },
    ...changes,
  });

  test('serves the persisted set while the identity provider is down', async () => {
    const world = new KeyWorld();
    world.stored = stored();
    const refresher = world.refresher();

    await refresher.start();

    expect(kidsOf(refresher)).toEqual(['k1']);
    await refresher.close();
  });

  test('persists only public members', async () => {
    const world = new KeyWorld();
    world.answers.set(jwksUri, jsonDocument({ keys: [k1.jwk, k2.privateKey.export({ format: 'jwk' })] }));
    const refresher = world.refresher();

    await refresher.start();
    await refresher.close();

    expect(world.saved).toHaveLength(1);
    expect(JSON.stringify(world.saved)).not.toContain('"d"');
    expect(refresher.status()).toMatchObject({ hasLeakedPrivateKey: true, keyCount: 1, droppedKeyCount: 1 });
  });

  test.each<[string, Partial<StoredKeySet>]>([
    ['of another issuer', { issuer: 'https://other.test' }],
    ['of another version', { version: 2 as never }],
    ['too old', { fetchedAtMs: 1_800_000_000_000 - ttlMs - maxStaleMs - 1 }],
    ['without keys', { document: {} }],
    ['that is empty', { document: { keys: [] } }],
    ['without a time', { fetchedAtMs: 'now' as never }],
    ['without an address', { jwksUri: 'nowhere' }],
  ])('does not serve a stored set %s', async (_name, changes) => {
    const world = new KeyWorld();
    world.stored = stored(changes);
    const refresher = world.refresher();

    await refresher.start();

    expect(kidsOf(refresher)).toBe('unavailable');
    await refresher.close();
  });

  test('a store that fails harms nothing and is reported', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    world.store.load = () => Promise.reject(new Error('EIO'));
    world.store.save = () => Promise.reject(new Error('ENOSPC'));
    const refresher = world.refresher();

    await refresher.start();
    await refresher.close();

    expect(kidsOf(refresher)).toEqual(['k1']);
    expect(refresher.status().hasSaveFailed).toBe(true);
  });
});

describe('discovery', () => {
  function discover(document: unknown): KeyWorld {
    const world = new KeyWorld();
    world.publish(k1);
    world.answers.set(discoveryUrl, jsonDocument(document));
    return world;
  }

  test('finds the keys below the issuer', async () => {
    const world = discover({ issuer: testIssuer, jwks_uri: jwksUri });
    const refresher = world.refresher({});

    await refresher.start();

    expect(world.requests).toEqual([discoveryUrl, jwksUri]);
    expect(kidsOf(refresher)).toEqual(['k1']);
    await refresher.close();
  });

  test.each<[string, unknown, string]>([
    ['another issuer', { issuer: 'https://evil.example', jwks_uri: jwksUri }, 'discovery_issuer_mismatch'],
    ['a trailing slash', { issuer: `${testIssuer}/`, jwks_uri: jwksUri }, 'discovery_issuer_mismatch'],
    ['an http address', { issuer: testIssuer, jwks_uri: 'http://idp.example.test/keys' }, 'insecure_jwks_uri'],
    ['a file address', { issuer: testIssuer, jwks_uri: 'file:///etc/passwd' }, 'insecure_jwks_uri'],
    ['no address', { issuer: testIssuer }, 'insecure_jwks_uri'],
    ['no object', [], 'not_json'],
  ])('T117 refuses a document with %s', async (_name, document, failure) => {
    const world = discover(document);
    const refresher = world.refresher({});

    await refresher.start();

    expect(refresher.status().lastFailure).toBe(failure);
    expect(world.requests).toEqual([discoveryUrl]);
    await refresher.close();
  });

  test('T117 takes another https host at first, and refuses a host that changes later', async () => {
    const elsewhere = 'https://keys.example.test/jwks';
    const world = discover({ issuer: testIssuer, jwks_uri: elsewhere });
    world.answers.set(elsewhere, jsonDocument({ keys: [k1.jwk] }));
    const refresher = world.refresher({});
    await refresher.start();
    expect(kidsOf(refresher)).toEqual(['k1']);

    world.answers.set(discoveryUrl, jsonDocument({ issuer: testIssuer, jwks_uri: 'https://evil.example/jwks' }));
    world.answers.set('https://evil.example/jwks', jsonDocument({ keys: [k2.jwk] }));
    await world.advance(ttlMs);

    expect(kidsOf(refresher)).toEqual(['k1']);
    expect(refresher.status().lastFailure).toBe('jwks_host_changed');
    expect(world.requests).not.toContain('https://evil.example/jwks');
    await refresher.close();
  });

  test('T118 reports the skew between our clock and the identity provider', async () => {
    const world = new KeyWorld();
    world.answers.set(jwksUri, jsonDocument({ keys: [k1.jwk] }, { dateMs: world.nowMs + 600_000 }));
    const refresher = world.refresher();

    await refresher.start();

    expect(refresher.status().clockSkewMs).toBe(600_000);
    await refresher.close();
  });
});
