// The parameters of GET /admin/api/audit.
import { AUDIT_TYPES, RequestRefused } from '@secrouter/proto';
import { z } from 'zod';
import { LEAF_SORTS } from '../../db/audit/search-leaves.ts';
import type { AuditQuery } from './list-audit.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const MAX_TEXT = 255;

const text = z.string().max(MAX_TEXT);
/** A moment, or a day of UTC. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((value) => new Date(value).toISOString());

const paramsSchema = z.object({
  type: z.enum(AUDIT_TYPES).optional(),
  outcome: text.optional(),
  principal: text.optional(),
  search: text.optional(),
  since: moment.optional(),
  until: moment.optional(),
  sort: z.enum(LEAF_SORTS).default('index'),
  dir: z.enum(['asc', 'desc']).default('desc'),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .refine((limit) => limit <= MAX_LIMIT)
    .default(DEFAULT_LIMIT),
  cursor: z.string().max(1_024).optional(),
});

/** Reads the parameters; an empty one counts as absent. Throws 400 with the name of the first that is wrong. */
export function readAuditParams(params: URLSearchParams): AuditQuery {
  const given = Object.fromEntries([...params].filter(([, value]) => value !== ''));
  const parsed = paramsSchema.safeParse(given);
  if (!parsed.success) {
    throw new RequestRefused('invalid_request', { param: String(parsed.error.issues[0]?.path[0] ?? '') });
  }
  return withoutUndefined(parsed.data);
}

// An absent filter is no member at all, which is what the query's type says.
function withoutUndefined(data: z.infer<typeof paramsSchema>): AuditQuery {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as unknown as AuditQuery;
}
