// The preview's body and answer.
import { OVERRIDE_SCOPES, RequestRefused } from '@secrouter/proto';
import { z } from 'zod';
import { previewChange } from '../use-cases/config/preview-change.ts';
import type { AdminRequest } from './answer-admin.ts';
import { jsonResponse } from './json-response.ts';
import { MAX_NAME_LENGTH } from './read-change.ts';
import { readJsonBody } from './read-json-body.ts';

const previewSchema = z.strictObject({
  scope: z.enum(OVERRIDE_SCOPES),
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  value: z.unknown().refine((value) => value !== undefined, 'expected a value, or null to remove the override'),
});

/** Answers 200 with the problems, or with what would change and for whom. */
export async function previewOverride(admin: AdminRequest): Promise<Response> {
  const parsed = previewSchema.safeParse(await readJsonBody(admin.request));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RequestRefused('invalid_request', { param: issue?.path.join('.') ?? '', message: issue?.message ?? '' });
  }
  const { scope, name, value } = parsed.data;
  return jsonResponse(await previewChange(admin.context, admin.published, { scope, name, value }));
}
