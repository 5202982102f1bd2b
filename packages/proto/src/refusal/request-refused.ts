// The one exception that a stage throws, and its wire form in OpenAI's shape.
import { LONGEST_AUTOMATIC_RETRY_SECONDS, REFUSALS, type RefusalCode } from './refusal-table.ts';

export interface RefusalDetails {
  /** The request's field at fault, as a dotted path. */
  readonly param?: string;
  /** Seconds until another try can succeed; only where waiting helps. */
  readonly retryAfterSeconds?: number;
  /** Replaces the table's message where a reader needs numbers or names in it. Never user text. */
  readonly message?: string;
  /** For the trail and the log alone: a constant or a closed-set reason, never shown to the client. */
  readonly reason?: string;
  /** Response headers that belong to the refusal (a challenge, `Allow`). */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A request that is refused, with its code from the closed table. */
export class RequestRefused extends Error {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(code, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RequestRefused';
    this.code = code;
    this.details = details;
  }
}

/** OpenAI's error body. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
  };
}

/** What a refusal looks like on the wire: status, headers and body. */
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/** Maps a refusal to its answer, with `x-should-retry` always and `Retry-After` only where waiting helps. */
export function refusalAnswer(code: RefusalCode, details: RefusalDetails = {}): RefusalAnswer {
  const row = REFUSALS[code];
  const seconds = details.retryAfterSeconds;
  const headers: Record<string, string> = { ...details.headers };
  if (row.retry === 'after' && seconds !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(seconds)));
  const shouldRetry =
    row.retry === 'yes' || (row.retry === 'after' && (seconds ?? 0) <= LONGEST_AUTOMATIC_RETRY_SECONDS);
  headers['x-should-retry'] = String(shouldRetry);
  return {
    status: row.status,
    headers,
    body: { error: { message: details.message ?? row.message, type: row.type, code, param: details.param ?? null } },
  };
}
