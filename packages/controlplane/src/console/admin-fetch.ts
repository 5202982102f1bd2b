// The browser's way to the admin API: the same routes that automation uses, with the session's CSRF token.

export interface AdminRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly csrfToken?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A problem of the configuration, at the field it belongs to. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

export type AdminAnswer<Body> =
  | { readonly outcome: 'ok'; readonly body: Body }
  | {
      readonly outcome: 'refused';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly problems: readonly FieldProblem[];
      readonly body: unknown;
    };

const BASE_PATH = '/admin';

/** Calls one route below /admin. Never throws: a failure is an answer to show. */
export async function adminFetch<Body>(path: string, request: AdminRequest = {}): Promise<AdminAnswer<Body>> {
  try {
    const response = await fetch(BASE_PATH + path, {
      method: request.method ?? 'GET',
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.csrfToken === undefined ? {} : { 'x-csrf-token': request.csrfToken }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    const body: unknown = await response.json();
    return response.ok ? { outcome: 'ok', body: body as Body } : refusedAnswer(response.status, body);
  } catch {
    return {
      outcome: 'refused',
      status: 0,
      code: 'unreachable',
      message: 'The console could not be reached. Check the connection and try again.',
      problems: [],
      body: undefined,
    };
  }
}

function refusedAnswer(status: number, body: unknown): AdminAnswer<never> {
  const answer = (body ?? {}) as { error?: { message?: string; code?: string }; problems?: FieldProblem[] };
  return {
    outcome: 'refused',
    status,
    code: answer.error?.code ?? 'failed',
    message:
      status === 401 ? 'Your session has ended. Sign in again.' : (answer.error?.message ?? 'The request failed.'),
    problems: answer.problems ?? [],
    body,
  };
}
