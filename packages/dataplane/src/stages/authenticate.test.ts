import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  issuerDefaults,
  issuerNamespaces,
  type KeySource,
  type RefusalCode,
  RequestRefused,
  readKeySet,
  type TrustedIssuer,
  VerifiedTokenCache,
} from '@secrouter/proto';
import { expect, test } from 'vitest';
import { FAILURES_AT_ONCE, FailureLane } from '../identity/failure-lane.ts';
import { samplePolicy } from '../policy/policy-fixtures.ts';
import { type Authenticator, authenticate } from './authenticate.ts';

const ISSUER = 'https://login.example.com';
const FORGER = '192.0.2.1';
const FIRST_MS = 1_800_000_000_000;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
const policy = samplePolicy();

/** A door with a clock, and a count of the times that the key set was asked for: once for each token that is looked at. */
function door() {
  const state = { nowMs: FIRST_MS, judged: 0 };
  const keySet = readKeySet({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256' }] });
  if (keySet === undefined) throw new Error('not a key set');
  const view = { outcome: 'usable', keySet, isStale: false } as const;
  const current = () => {
    state.judged += 1;
    return view;
  };
  const keys: KeySource = { current, findKid: async () => view };
  const rules = { ...issuerDefaults, issuer: ISSUER, audiences: ['secrouter'] };
  const [namespace] = issuerNamespaces([rules]);
  const issuers = [{ rules, namespace, keys } as TrustedIssuer];
  const cache = new VerifiedTokenCache();
  const lane = new FailureLane(() => state.nowMs);
  const claimTokenId = async () => true;
  const authenticator: Authenticator = { issuers: () => issuers, cache, lane, claimTokenId, nowMs: () => state.nowMs };
  const answer = async (token: string, source: string | null = FORGER): Promise<RefusalCode | 'let in'> => {
    try {
      await authenticate(requestWith(token), policy, authenticator, source);
      return 'let in';
    } catch (error) {
      if (error instanceof RequestRefused) return error.code;
      throw error;
    }
  };
  return { answer, state, cache, lane };
}

function requestWith(token: string): IncomingMessage {
  return { headersDistinct: { authorization: [`Bearer ${token}`] }, url: '/v1/models' } as unknown as IncomingMessage;
}

let issued = 0;
function tokenSignedWith(key: KeyObject, lifetimeSeconds = 300): string {
  issued += 1;
  const iat = FIRST_MS / 1_000;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: ISSUER, aud: 'secrouter', sub: 'u', iat, exp: iat + lifetimeSeconds, amr: ['mfa'] };
  const input = `${part({ alg: 'RS256', typ: 'at+jwt', kid: 'k' })}.${part({ ...claims, jti: `t-${issued}` })}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

/** A source that has no tries left. */
function exhausted() {
  const opened = door();
  for (let count = 0; count < FAILURES_AT_ONCE; count += 1) opened.lane.noteFailure(FORGER);
  return opened;
}

test('F46 a source without tries is told to wait before its token is looked at', async () => {
  const { answer, state } = exhausted();

  expect(await answer(tokenSignedWith(stranger))).toBe('too_many_failures');
  expect(await answer(tokenSignedWith(privateKey))).toBe('too_many_failures');

  expect(state.judged).toBe(0);
  expect(await answer(tokenSignedWith(privateKey), '192.0.2.2')).toBe('let in');
});

test('F46 a known token goes on from a source without tries, past the cache and until it expires', async () => {
  const { answer, state, cache, lane } = door();
  const known = tokenSignedWith(privateKey);
  lane.noteFailure(FORGER);
  expect(await answer(known)).toBe('let in');
  for (let count = 0; count < 2 * FAILURES_AT_ONCE; count += 1) lane.noteFailure(FORGER);

  expect(await answer(known)).toBe('let in');
  cache.flush();
  expect(await answer(known)).toBe('let in');
  state.nowMs += 90_000;
  expect(await answer(known)).toBe('let in');
  expect(await answer(tokenSignedWith(privateKey))).toBe('too_many_failures');
});

test('F46 a repeated forgery is answered from memory, at the cost of a try', async () => {
  const { answer, state, lane } = door();
  const forged = tokenSignedWith(stranger);

  expect(await answer(forged)).toBe('invalid_token');
  const { judged } = state;
  for (let count = 0; count < FAILURES_AT_ONCE - 1; count += 1) expect(await answer(forged)).toBe('invalid_token');

  expect(state.judged).toBe(judged);
  expect(await answer(forged)).toBe('too_many_failures');
  lane.forgetForgeries();
  expect(await answer(forged, '192.0.2.2')).toBe('invalid_token');
  expect(state.judged).toBeGreaterThan(judged);
});

test('an expired token of the company costs its source no try', async () => {
  const { answer, state, lane } = door();
  const expired = tokenSignedWith(privateKey, 1);
  state.nowMs += 120_000;

  expect(await answer(expired)).toBe('token_expired');

  expect(lane.hasFailed(FORGER)).toBe(false);
});
