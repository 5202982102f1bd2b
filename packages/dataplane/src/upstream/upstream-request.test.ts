import { expect, test } from 'vitest';
import { sampleGrant, samplePolicy } from '../policy/policy-fixtures.ts';
import { permitEgress } from './egress-permit.ts';
import { modelsTarget, upstreamTarget } from './upstream-request.ts';

const entra = { tenantId: 't', clientId: 'c', clientSecretEnv: 'SECRET' };

function targetOf(settings: object, secret: string | undefined) {
  const policy = samplePolicy((config) => Object.assign(config.providers.local ?? {}, settings));
  const model = policy.models.byId.get('local/small');
  const provider = policy.config.providers.local;
  if (model === undefined || provider === undefined) throw new Error('no sample model');
  const reach = { hostedTools: false, remoteContent: false };
  const judged = permitEgress(sampleGrant(policy), policy, model, provider.baseUrls[0] ?? '', reach);
  if (judged.outcome === 'refused') throw new Error(judged.reason);
  return upstreamTarget(judged.permit, provider, 'chat', secret);
}

test('a bearer key, or none, goes to an OpenAI-compatible server', () => {
  expect(targetOf({}, 'k')).toMatchObject({ path: '/v1/chat/completions', headers: { authorization: 'Bearer k' } });
  expect(targetOf({ headers: { 'x-tag': '1' } }, undefined).headers).toEqual({ 'x-tag': '1' });
});

test('Azure is asked by deployment with its api-key', () => {
  expect(targetOf({ api: 'azure', apiVersion: '2025-01-01' }, 'k')).toEqual({
    origin: 'http://127.0.0.1:9000',
    path: '/v1/openai/deployments/small/chat/completions?api-version=2025-01-01',
    headers: { 'api-key': 'k' },
  });
});

test('an Entra token goes as a bearer, and no api-key beside it, not even one of the file', () => {
  const headers = { 'Api-Key': 'of the file', Authorization: 'of the file', 'x-tag': '1' };

  expect(targetOf({ api: 'azure', azureAuth: 'entra', entra, headers }, 'token').headers).toEqual({
    authorization: 'Bearer token',
    'x-tag': '1',
  });
});

test('an Entra block without azureAuth "entra" leaves the api-key in force', () => {
  expect(targetOf({ api: 'azure', entra }, 'k').headers).toEqual({ 'api-key': 'k' });
});

test('models are listed beside the completions, with the same credential', () => {
  const policy = samplePolicy();
  const provider = policy.config.providers.local;
  if (provider === undefined) throw new Error('no sample provider');

  expect(modelsTarget('https://a.example/v1', provider, 'k')).toEqual({
    origin: 'https://a.example',
    path: '/v1/models',
    headers: { authorization: 'Bearer k' },
  });
  expect(modelsTarget('https://a.example/openai', { ...provider, api: 'azure' }, 'k')).toEqual({
    origin: 'https://a.example',
    path: '/openai/models?api-version=2024-10-21',
    headers: { 'api-key': 'k' },
  });
});
