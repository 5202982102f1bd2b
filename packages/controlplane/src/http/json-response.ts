// JSON answers of the admin routes; errors in the shape of the whole product, with what belongs to them beside `error`.
import { type RefusalCode, type RefusalDetails, refusalAnswer } from '@secrouter/proto';

/** A JSON answer; nothing below /admin is ever cached. */
export function jsonResponse(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers });
}

/** A refusal's JSON answer with further members beside `error`. */
export function refusalResponse(
  code: RefusalCode,
  details: RefusalDetails = {},
  members: Readonly<Record<string, unknown>> = {},
): Response {
  const { status, headers, body } = refusalAnswer(code, details);
  return jsonResponse({ ...body, ...members }, status, headers);
}
