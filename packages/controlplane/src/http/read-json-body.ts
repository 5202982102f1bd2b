// Reads an admin request's body: bounded, strict JSON, nothing repaired. The same reader that judges chat requests.
import { decodeUtf8Strict, parseStrictJson, RequestRefused, toPlainValue } from '@secrouter/proto';

/** A policy rule with many models is some KiB; this is far above any real one. */
export const MAX_ADMIN_BODY_BYTES = 1024 * 1024;
const ADMIN_JSON_LIMITS = { maxDepth: 32, maxMembers: 10_000, maxItems: 50_000, maxNodes: 100_000 } as const;

/** The body's plain value. Throws 400, 413 or 415. */
export async function readJsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' || request.headers.has('content-encoding'))
    throw new RequestRefused('unsupported_media_type');
  const text = decodeUtf8Strict(await readBytes(request));
  if (text === undefined) throw new RequestRefused('invalid_json', { reason: 'not_utf8' });
  const reading = parseStrictJson(text, ADMIN_JSON_LIMITS);
  if (reading.outcome === 'parsed') return toPlainValue(text, reading.root);
  const { problem, path } = reading;
  const param = path === '' ? {} : { param: path };
  throw new RequestRefused(problem === 'duplicate_key' ? 'duplicate_key' : 'invalid_json', {
    ...param,
    reason: problem,
  });
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (request.body === null) return new Uint8Array();
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > MAX_ADMIN_BODY_BYTES) throw new RequestRefused('request_too_large', { reason: 'admin_body' });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
