// Keys while their provider is down, stalls, answers nonsense or empties its set: a valid user never gets a 401.
import { describe, expect, test } from 'vitest';
import { type KeyDocument, maxKeyDocumentBytes } from './fetch-key-set.ts';
import {
  contextOf,
  jsonDocument,
  jwksUri,
  type KeyAnswer,
  KeyWorld,
  kidsOf,
  maxStaleMs,
  settled,
  ttlMs,
} from './key-world-fixtures.ts';
import { signedToken, testKey } from './token-fixtures.ts';
import { verifyToken } from './verify-token.ts';

const k1 = testKey('ES256', 'k1');
const k2 = testKey('ES256', 'k2');

describe('outages', () => {
  test.each<[string, KeyAnswer, string]>([
    ['500', jsonDocument({}, { status: 500 }), 'bad_status'],
    ['redirect', jsonDocument({ keys: [] }, { status: 302 }), 'bad_status'],
    ['reset', 'reset', 'unreachable'],
    ['time-out', 'hang', 'timed_out'],
    ['HTML', { status: 200, body: new TextEncoder().encode('<html>') }, 'not_json'],
    ['wrong shape', jsonDocument({ keys: 'none' }), 'not_a_key_set'],
    ['F29 an empty set', jsonDocument({ keys: [] }), 'no_usable_key'],
    ['F29 nothing but unusable keys', jsonDocument({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }, 1] }), 'no_usable_key'],
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

    expect(kidsOf(refresher)).toEqual(['k1']);
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
    expect(kidsOf(refresher)).toEqual(['k1']);
    await world.advance(1);
    expect(refresher.current()).toMatchObject({ outcome: 'unavailable' });
    world.publish(k1);
    await world.advance(60_000);

    expect(kidsOf(refresher)).toEqual(['k1']);
    expect(refresher.status()).toMatchObject({ isStale: false, consecutiveFailures: 0 });
    await refresher.close();
  });

  test('F28 while a provider stalls, a key never seen is answered at once and waits for no attempt', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    world.answers.set(jwksUri, 'hang');
    const first = refresher.findKid('k8');
    await world.advance(10_000);
    expect(await first).toMatchObject({ outcome: 'unavailable' });

    await world.advance(30_000); // the back-off's own attempt is under way now, and stalls
    const requestsBefore = world.requests.length;
    let answer: unknown;
    void refresher.findKid('k9').then((view) => {
      answer = view;
    });
    await settled();

    expect(answer).toMatchObject({ outcome: 'unavailable' });
    expect(world.requests).toHaveLength(requestsBefore);
    await refresher.close();
  });

  test('F29 an emptied set backs off, alarms, and ends with the first usable set', async () => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();

    world.publish();
    await world.advance(ttlMs);
    const requestsOfOutage = world.requests.length;
    expect(refresher.status()).toMatchObject({ lastFailure: 'no_usable_key' });
    world.publish(k2);
    await world.advance(60_000);

    // One every five minutes is the refresh; the back-off from 1 s to 60 s asks about nine times in five minutes.
    expect(requestsOfOutage).toBeGreaterThan(5);
    expect(requestsOfOutage).toBeLessThan(14);
    expect(kidsOf(refresher)).toEqual(['k2']);
    expect(refresher.status()).toMatchObject({ consecutiveFailures: 0, isStale: false });
    await refresher.close();
  });

  test('F29 an empty set with nothing held is no keys: 503 for a valid token, never 401', async () => {
    const world = new KeyWorld();
    world.publish();
    const refresher = world.refresher();
    await refresher.start();

    const answer = await verifyToken(signedToken(k1, 'ES256'), contextOf(refresher));

    expect(answer).toMatchObject({ outcome: 'refused', code: 'idp_unavailable', retryAfterSeconds: 1 });
    expect(world.saved).toHaveLength(0);
    await refresher.close();
  });

  test.each<[string, KeyAnswer]>([
    ['that is down', 'reset'],
    ['that empties its set', jsonDocument({ keys: [] })],
  ])('a token of a key never seen is 503 and not 401 while keys come from a provider %s', async (_name, answer) => {
    const world = new KeyWorld();
    world.publish(k1);
    const refresher = world.refresher();
    await refresher.start();
    world.answers.set(jwksUri, answer);
    const rotated = signedToken(k2, 'ES256');

    const whileFailing = await verifyToken(rotated, contextOf(refresher));
    const known = await verifyToken(signedToken(k1, 'ES256'), contextOf(refresher));
    world.publish(k1);
    await world.advance(60_000);
    const afterRecovery = await verifyToken(rotated, contextOf(refresher));

    expect(whileFailing).toMatchObject({ code: 'idp_unavailable' });
    expect(known.outcome).toBe('accepted');
    expect(afterRecovery).toMatchObject({ code: 'invalid_token', reason: 'no_key' });
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

    expect(kidsOf(refresher)).toEqual(['k1']);
    await refresher.close();
  });
});
