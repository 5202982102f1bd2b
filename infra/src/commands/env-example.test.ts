import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { envExample } from './env-example.ts';

test('.env.example lists every variable as the schemas have it', () => {
  const file = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');

  expect(file).toBe(envExample());
});
