// Keys through rotation, floods and outages, with a clock and a network that the test owns.
import { describe, expect, test } from 'vitest';
import { type KeyDocument, maxKeyDocumentBytes } from './fetch-key-set.ts';
import type { KeySetRefresher, StoredKeySet } from './key-set-refresher.ts';
import { jsonDocument, jwksUri, type KeyAnswer, KeyWorld, maxStaleMs, settled, ttlMs } from './key-world-fixtures.ts';
import { signedToken, soleNamespace, testIssuer, testKey, testRules } from './token-fixtures.ts';
import { absentKidTtlMs, maxAbsentKids, UnknownKidGate, unknownKidCooldownMs } from './unknown-kid-gate.ts';
import { verifyToken } from './verify-token.ts';

const k1 = testKey('ES256', 'k1');
const k2 = testKey('ES256', 'k2');
const discoveryUrl = `${testIssuer}/.well-known/openid-configuration`;

function kids(refresher: KeySetRefresher): readonly (string | undefined)[] | string {
  const view = refresher.current();
  return view.outcome === 'usable' ? view.keySet.keys.map((key) => key.kid) : view.outcome;
}

describe('refresh', () => {
  test('fetches at start and again at half the TTL', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();

    await refresher.start();
    expect(kids(refresher)).toEqual(['k1']);
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

    expect(kids(refresher)).toEqual(['k2']);
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
    expect(kids(refresher)).toEqual(['k1']);
    await refresher.close();
  });

  test('T113 a rotated key is found with one fetch, by all who wait for it', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    world.publish(k1, k2);
    const rules = testRules();
    const context = {
      issuers: [{ rules, namespace: soleNamespace(rules), keys: refresher }],
      nowSeconds: 1_800_000_000,
      policyNamesGroups: false,
    };

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

describe('outages', () => {
  test.each<[string, KeyAnswer, string]>([
    ['500', jsonDocument({}, { status: 500 }), 'bad_status'],
    ['redirect', jsonDocument({ keys: [] }, { status: 302 }), 'bad_status'],
    ['reset', 'reset', 'unreachable'],
    ['time-out', 'hang', 'timed_out'],
    ['HTML', { status: 200, body: new TextEncoder().encode('<html>') }, 'not_json'],
    ['wrong shape', jsonDocument({ keys: 'none' }), 'not_a_key_set'],
    ['array', jsonDocument([]), 'not_a_key_set'],
    ['10 MB', { status: 200, body: new Uint8Array(10_000_000) }, 'too_large'],
    ['just too much', { status: 200, body: new Uint8Array(maxKeyDocumentBytes + 1) }, 'too_large'],
    ['duplicate members', { status: 200, body: new TextEncoder().encode('{"keys":[],"keys":[]}') }, 'not_json'],
    ['invalid UTF-8', { status: 200, body: Uint8Array.from([0xff]) }, 'not_json'],
  ])('T115 serves cached keys through: %s', async (_name, answer, failure) => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();

    world.answers.set(jwksUri, answer);
    await world.advance(2 * ttlMs);

    expect(kids(refresher)).toEqual(['k1']);
    expect(refresher.status()).toMatchObject({ isStale: true, lastFailure: failure });
    expect(refresher.status().consecutiveFailures).toBeGreaterThan(1);
    await refresher.close();
  });

  test('T115 gives up on cached keys after the stale bound, and recovers by itself', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();

    world.answers.set(jwksUri, 'reset');
    await world.advance(maxStaleMs + ttlMs);
    expect(kids(refresher)).toEqual(['k1']);
    await world.advance(1);
    expect(refresher.current()).toMatchObject({ outcome: 'unavailable' });
    world.publish(k1);
    await world.advance(60_000);

    expect(kids(refresher)).toEqual(['k1']);
    expect(refresher.status()).toMatchObject({ isStale: false, consecutiveFailures: 0 });
    await refresher.close();
  });

  test('T116 with nothing cached asks once per back-off slot, however many requests come', async () => {
    const world = new KeyWorld();
    const refresher = world.refresher();

    await refresher.start();
    expect(refresher.current()).toEqual({ outcome: 'unavailable', retryAfterSeconds: 1 });
    await Promise.all(Array.from({ length: 100 }, (_, index) => refresher.findKid(`k${index}`)));
    expect(world.requests).toHaveLength(1);
    await world.advance(1_000 + 2_000 + 4_000);
    expect(world.requests).toHaveLength(4);
    await world.advance(8_000 + 16_000 + 32_000 + 60_000 + 60_000);

    expect(world.requests).toHaveLength(9);
    expect(refresher.current()).toEqual({ outcome: 'unavailable', retryAfterSeconds: 60 });
    await refresher.close();
  });

  test('a port that never answers is abandoned, and its late answer is ignored', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    let answerLate: (document: KeyDocument) => void = () => undefined;
    const stuck = new Promise<KeyDocument>((resolve) => {
      answerLate = resolve;
    });
    const original = world.answers.get(jwksUri);
    world.answers.set(jwksUri, stuck as never);

    const waiting = refresher.findKid('k2');
    await world.advance(10_000);
    await waiting;
    expect(refresher.status().lastFailure).toBe('timed_out');
    world.answers.set(jwksUri, original ?? 'reset');
    await world.advance(1_000);
    answerLate(jsonDocument({ keys: [k2.jwk] }));
    await settled();

    expect(kids(refresher)).toEqual(['k1']);
    await refresher.close();
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

    expect(kids(refresher)).toEqual(['k1']);
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
    ['without a time', { fetchedAtMs: 'now' as never }],
    ['without an address', { jwksUri: 'nowhere' }],
  ])('does not serve a stored set %s', async (_name, changes) => {
    const world = new KeyWorld();
    world.stored = stored(changes);
    const refresher = world.refresher();

    await refresher.start();

    expect(kids(refresher)).toBe('unavailable');
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

    expect(kids(refresher)).toEqual(['k1']);
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
    expect(kids(refresher)).toEqual(['k1']);
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
    expect(kids(refresher)).toEqual(['k1']);

    world.answers.set(discoveryUrl, jsonDocument({ issuer: testIssuer, jwks_uri: 'https://evil.example/jwks' }));
    world.answers.set('https://evil.example/jwks', jsonDocument({ keys: [k2.jwk] }));
    await world.advance(ttlMs);

    expect(kids(refresher)).toEqual(['k1']);
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
