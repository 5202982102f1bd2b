// What an admin request says about a change besides its value: why (`X-Change-Reason`) and against which revision
// (`If-Match`), and the names in its path.
import { RequestRefused } from '@secrouter/proto';
import type { ChangeContext } from '../policy/publish.ts';
import type { AdminRequest } from './answer-admin.ts';

/** Longest reason, in characters. */
export const MAX_REASON_LENGTH = 500;
/** Longest name of a group or a principal: an alias, `#` and a subject of 255 characters. */
export const MAX_NAME_LENGTH = 512;

/** Who changes what, why, and what they had seen. Throws 400. */
export function readChangeContext(admin: AdminRequest): ChangeContext {
  const { request, caller, requestId, sourceIp } = admin;
  const expectedRevision = readIfMatch(request);
  return {
    author: caller.principal,
    reason: readReason(request),
    sourceIp,
    requestId,
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
  };
}

/** A path segment, decoded once. Throws 400 for what cannot be a name. */
export function decodeName(encoded: string, param: string): string {
  const name = decodeComponent(encoded, param);
  const hasControls = /\p{Cc}/u.test(name);
  if (name === '' || name.length > MAX_NAME_LENGTH || hasControls || !name.isWellFormed())
    throw new RequestRefused('invalid_request', { param, reason: 'unusable_name' });
  return name;
}

/** A revision in a path or a query. Throws 404 for what cannot be one. */
export function decodeRevision(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new RequestRefused('not_found', { reason: 'no_such_revision' });
  return Number(text);
}

function readReason(request: Request): string {
  const encoded = request.headers.get('x-change-reason') ?? '';
  const reason = decodeComponent(encoded, 'X-Change-Reason').trim();
  if (reason.length > MAX_REASON_LENGTH)
    throw new RequestRefused('invalid_request', {
      param: 'X-Change-Reason',
      message: `The reason is longer than ${MAX_REASON_LENGTH} characters.`,
    });
  if (/\p{Cc}/u.test(reason) || !reason.isWellFormed())
    throw new RequestRefused('invalid_request', { param: 'X-Change-Reason', reason: 'control_characters' });
  return reason;
}

function readIfMatch(request: Request): number | undefined {
  const header = request.headers.get('if-match')?.trim();
  if (header === undefined || header === '' || header === '*') return undefined;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(header)?.[1];
  if (digits === undefined)
    throw new RequestRefused('invalid_request', { param: 'If-Match', reason: 'not_a_revision' });
  return Number(digits);
}

function decodeComponent(encoded: string, param: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new RequestRefused('invalid_request', { param, reason: 'not_percent_encoded' });
  }
}
