// The parameters of GET /admin/usage.
import { RequestRefused } from '@secrouter/proto';
import { z } from 'zod';
import { USAGE_GROUPINGS } from '../../db/ledger/read-usage.ts';
import { MAX_USAGE_DAYS, type UsageRequest } from './read-usage.ts';

const DEFAULT_DAYS = 30;
const MAX_TEXT = 512;

const paramsSchema = z.object({
  groupBy: z.enum(USAGE_GROUPINGS).default('principal'),
  days: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .refine((days) => days <= MAX_USAGE_DAYS)
    .default(DEFAULT_DAYS),
  principal: z.string().max(MAX_TEXT).optional(),
  timezone: z.string().max(64).refine(isTimeZone).default('UTC'),
  format: z.enum(['json', 'csv']).optional(),
});

export interface UsageParams {
  readonly request: UsageRequest;
  /** Undefined: as the Accept header says. */
  readonly format: 'json' | 'csv' | undefined;
}

/** Reads the parameters; an empty one counts as absent. Throws 400 with the name of the first that is wrong. */
export function readUsageParams(params: URLSearchParams): UsageParams {
  const given = Object.fromEntries([...params].filter(([, value]) => value !== ''));
  const parsed = paramsSchema.safeParse(given);
  if (!parsed.success) {
    throw new RequestRefused('invalid_request', { param: String(parsed.error.issues[0]?.path[0] ?? '') });
  }
  const { format, principal, ...request } = parsed.data;
  return { request: { ...request, ...(principal === undefined ? {} : { principal }) }, format };
}

function isTimeZone(zone: string): boolean {
  try {
    // Offsets such as `+01:00` are accepted by Intl and mean the opposite to PostgreSQL.
    return /^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }).format() !== '';
  } catch {
    return false;
  }
}
