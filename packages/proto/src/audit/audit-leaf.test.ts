import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type AuditLeaf, encodeLeaf, FIRST_PREV_HASH, LEAF_VERSION } from './audit-leaf.ts';
import { commitSubject, opensCommitment } from './commitment.ts';

const salt = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const leaf: AuditLeaf = {
  version: LEAF_VERSION,
  log: 'secrouter/main',
  index: 0,
  prevHash: FIRST_PREV_HASH,
  eventId: '018f0000-0000-7000-8000-000000000001',
  time: '2026-01-02T03:04:05.678Z',
  type: 'authz.deny',
  principal: commitSubject('u-basic', salt),
  actor: null,
  sourceIp: commitSubject('', salt),
  requestId: 'r-1',
  traceId: null,
  model: 'local/small',
  tier: 'SIMPLE',
  outcome: 'refused',
  revision: 7,
  podId: 'pod-1',
  podStream: '018f0000-0000-7000-8000-000000000002',
  podSequence: 1,
  detail: { code: 'tier_not_allowed', b: [1.5, null], a: '€' },
};

test('a commitment is SHA-256 over the salt and the value', () => {
  const expected = hash('sha256', Buffer.concat([salt, Buffer.from('u-basic')]), 'hex');

  expect(commitSubject('u-basic', salt)).toBe(expected);
  expect(opensCommitment(expected, 'u-basic', salt)).toBe(true);
  expect(opensCommitment(expected, 'u-other', salt)).toBe(false);
  expect(() => commitSubject('u-basic', salt.subarray(1))).toThrow(RangeError);
});

test('the first leaf has the bytes and the hash that every later version must keep', () => {
  const encoded = encodeLeaf(leaf);

  expect(encoded.body).toBe(
    '{"actor":null,"detail":{"a":"€","b":[1.5,null],"code":"tier_not_allowed"},"eventId":"018f0000-0000-7000-8000-000000000001","index":0,"log":"secrouter/main","model":"local/small","outcome":"refused","podId":"pod-1","podSequence":1,"podStream":"018f0000-0000-7000-8000-000000000002","prevHash":"0000000000000000000000000000000000000000000000000000000000000000","principal":"d7136cc5e9c10a674345019c9193827cab7ba8d0729dd4bd79a2ecdc0e625e8a","requestId":"r-1","revision":7,"sourceIp":"be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991","tier":"SIMPLE","time":"2026-01-02T03:04:05.678Z","traceId":null,"type":"authz.deny","version":1}',
  );
  expect(encoded.hash.toString('hex')).toBe('ebba678c318b424e426ccdf50c451693f047e8ba486c7dfb1e2849a3212f73cd');
});

test('every field has a place in the hash', () => {
  const original = encodeLeaf(leaf).hash.toString('hex');
  const changed: Partial<Record<keyof AuditLeaf, unknown>> = {
    log: 'secrouter/other',
    index: 1,
    prevHash: '1'.repeat(64),
    eventId: 'x',
    time: 'x',
    type: 'authz.downgrade',
    principal: null,
    actor: '',
    sourceIp: null,
    requestId: null,
    traceId: '',
    model: null,
    tier: null,
    outcome: 'ok',
    revision: null,
    podId: 'x',
    podStream: 'x',
    podSequence: 2,
    detail: {},
    version: 2,
  };

  expect(Object.keys(changed).sort()).toEqual(Object.keys(leaf).sort());
  for (const [field, value] of Object.entries(changed)) {
    expect(encodeLeaf({ ...leaf, [field]: value } as AuditLeaf).hash.toString('hex'), field).not.toBe(original);
  }
});
