import type { EffectiveConfig } from '@secrouter/proto';
import { expect, test } from 'vitest';
import { developmentConfig } from './development-config.ts';

const config = {
  providers: {
    local: { baseUrls: ['http://127.0.0.1:18802/v1'] },
    cloud: { baseUrls: ['https://models.example.test/v1'] },
  },
  security: {
    enabled: false,
    policy: { groups: { g: {} }, users: {} },
    classification: { default: 'low', levels: ['low', 'high'], trustedLabelers: [] },
    egress: { allowlist: [] },
  },
} as unknown as EffectiveConfig; // the fields that matter here

test('a configuration with security stays what it is', () => {
  const governed = { ...config, security: { ...config.security, enabled: true } };

  expect(developmentConfig(governed)).toBe(governed);
});

test('without security the developer may use every tier, and only the providers hosts are reachable', () => {
  const { security } = developmentConfig(config);

  expect(security.policy).toEqual({
    default: { allowedTiers: ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'], maxClassification: 'high' },
    groups: {},
    users: {},
  });
  expect(security.egress.allowlist.flatMap(({ allowedHosts }) => allowedHosts)).toEqual([
    '127.0.0.1:18802',
    'models.example.test',
  ]);
});
