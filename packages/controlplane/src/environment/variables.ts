// Schemas of the variables that several processes of the control plane share.
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';

const urlOf = (protocols: readonly string[], expected: string) =>
  z
    .string({ error: `expected ${expected}` })
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), `expected ${expected}`);

export const postgresUrl = urlOf(['postgres:', 'postgresql:'], 'postgresql://user:password@host:port/database');
export const redisUrl = urlOf(['redis:', 'rediss:'], 'redis://host:port or rediss://host:port');

export const cellId = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'expected 1 to 32 characters a-z, 0-9 and -')
  .default('main');

export const absolutePath = z
  .string({ error: 'expected an absolute path' })
  .refine((value) => isAbsolute(value), 'expected an absolute path');

export const bindAddress = z.string().min(1).max(255).default('127.0.0.1');
export const logLevel = z.enum(['debug', 'info', 'warn', 'error']).default('info');

/** True for an address that only this machine can reach. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
