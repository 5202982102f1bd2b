// The caller's own mistakes, in the provider's words: agents act on `context_length_exceeded` and the like. At most
// 1 KiB, no control characters, no hosts, keys or deployment names.
import { type RefusalCode, RequestRefused } from '@secrouter/proto';

const MAX_RELAYED_LENGTH = 1_024;
/** Masking looks at no more than this: its patterns cost the square of a hostile text's length. */
const MAX_MASKED_LENGTH = 4_096;
const MAX_NAME_LENGTH = 64;
const NAME = /^[A-Za-z0-9_.[\]-]+$/;

/** Codes of ours that a relayed status maps to; the provider's own code is kept beside where it is a plain name. */
const CODE_OF_STATUS: Readonly<Record<number, RefusalCode>> = {
  400: 'invalid_request',
  404: 'model_not_found',
  413: 'request_too_large',
  422: 'invalid_request',
};

/** A relayed error: the status and the provider's fields in OpenAI's shape. */
export class RelayedRefusal extends RequestRefused {
  readonly status: number;
  readonly upstreamType: string | undefined;
  readonly upstreamCode: string | undefined;

  constructor(status: number, message: string | undefined, fields: { type?: string; code?: string; param?: string }) {
    super(CODE_OF_STATUS[status] ?? 'invalid_request', {
      reason: `upstream_${status}`,
      ...(message === undefined ? {} : { message }),
      ...(fields.param === undefined ? {} : { param: fields.param }),
    });
    this.status = status;
    this.upstreamType = fields.type;
    this.upstreamCode = fields.code;
  }
}

/** Reads an upstream's error body; what is not OpenAI's shape yields our own constant message. */
export function relayedError(status: number, body: string): RelayedRefusal {
  const error = errorObject(body);
  const message = typeof error?.message === 'string' && error.message !== '' ? mask(error.message) : undefined;
  const type = nameOf(error?.type);
  const code = nameOf(error?.code);
  const param = nameOf(error?.param);
  return new RelayedRefusal(status, message, {
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });
}

/** Takes out what a client must not learn, and cuts. */
export function mask(message: string): string {
  return message
    .slice(0, MAX_MASKED_LENGTH)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[url]')
    .replace(/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '[host]')
    .replace(/\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\b/gi, '[host]')
    .replace(/\[[0-9a-f:.]*:[0-9a-f:.]*\](?::\d+)?/gi, '[host]')
    .replace(/\b(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4})?(?::[0-9a-f]{1,4})*/gi, '[host]')
    .replace(/\b[a-z][a-z0-9-]{0,62}:\d{2,5}\b/gi, '[host]')
    .replace(/\bBearer\s+\S+/gi, '[key]')
    .replace(/\b(?:sk|pk|rk|key|api)[-_][A-Za-z0-9*._-]{6,}/gi, '[key]')
    .replace(/\b[A-Za-z0-9+/_-]{32,}={0,2}/g, '[key]')
    .replace(/\b(deployment)(\s+(?:named?\s+)?)["'`]?[\w.-]+["'`]?/gi, '$1$2[name]')
    .slice(0, MAX_RELAYED_LENGTH);
}

function errorObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const error = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>).error : undefined;
    return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_NAME_LENGTH && NAME.test(value) ? value : undefined;
}
