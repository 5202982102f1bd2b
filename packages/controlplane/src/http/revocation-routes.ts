// The routes that deny and reinstate.
import { RequestRefused } from '@secrouter/proto';
import { z } from 'zod';
import { reinstate, revoke } from '../use-cases/config/change-config.ts';
import type { AdminRequest } from './answer-admin.ts';
import { publishResponse } from './publish-response.ts';
import { MAX_NAME_LENGTH, readChangeContext } from './read-change.ts';
import { readJsonBody } from './read-json-body.ts';

const NO_CONTROLS = /^\P{Cc}+$/u;

const revocationSchema = z.strictObject({
  kind: z.enum(['principal', 'token', 'client']),
  value: z.string().max(MAX_NAME_LENGTH).regex(NO_CONTROLS, 'expected text without control characters'),
  reason: z.string().max(500).optional(),
});

/** `{ "kind": "principal" | "token" | "client", "value": … }`. */
export async function addRevocation(admin: AdminRequest): Promise<Response> {
  const change = readChangeContext(admin);
  const parsed = revocationSchema.safeParse(await readJsonBody(admin.request));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RequestRefused('invalid_request', { param: issue?.path.join('.') ?? '', message: issue?.message ?? '' });
  }
  const { reason, ...denied } = parsed.data;
  refuseOwnDenial(admin, denied);
  const { id, result } = await revoke(admin.context, denied, { ...change, reason: change.reason || (reason ?? '') });
  return publishResponse(result, { id });
}

/** Takes the denial of an id back. */
export async function removeRevocation(admin: AdminRequest): Promise<Response> {
  const id = admin.url.pathname.split('/').at(-1) ?? '';
  if (!z.uuid().safeParse(id).success) throw new RequestRefused('not_found', { reason: 'no_such_revocation' });
  const result = await reinstate(admin.context, id, readChangeContext(admin));
  if (result.outcome === 'unchanged') throw new RequestRefused('not_found', { reason: 'no_such_revocation' });
  return publishResponse(result);
}

// Nobody can lock everybody out; the one who is still signed in least of all.
function refuseOwnDenial({ caller }: AdminRequest, denied: { readonly kind: string; readonly value: string }): void {
  if (denied.kind !== 'principal' || denied.value !== caller.principal) return;
  throw new RequestRefused('invalid_request', { param: 'value', message: 'You cannot revoke your own access.' });
}
