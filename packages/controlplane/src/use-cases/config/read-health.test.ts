import { expect, test } from 'vitest';
import { listedModels } from './read-health.ts';

const list = (provider: string, endpoint: string, models: readonly string[]) => ({
  provider,
  endpoint,
  at: '2025-01-01T00:00:00.000Z',
  models,
});

test('has a row for each endpoint and live pod, of providers in force, in a fixed order', () => {
  const pods = [
    {
      podId: 'pod-2',
      isLive: true,
      report: { liveModels: [list('rack', 'http://b/v1', ['y', 'x']), list('rack', 'http://a/v1', ['x'])] },
    },
    {
      podId: 'pod-1',
      isLive: true,
      report: { liveModels: [list('rack', 'http://a/v1', []), list('gone', 'c', ['z'])] },
    },
    { podId: 'pod-0', isLive: false, report: { liveModels: [list('rack', 'http://a/v1', ['x'])] } },
    { podId: 'pod-3', isLive: true, report: {} },
  ];

  expect(listedModels(pods, ['rack', 'cloud'])).toEqual([
    { ...list('rack', 'http://a/v1', []), podId: 'pod-1' },
    { ...list('rack', 'http://a/v1', ['x']), podId: 'pod-2' },
    { ...list('rack', 'http://b/v1', ['x', 'y']), podId: 'pod-2' },
  ]);
});
