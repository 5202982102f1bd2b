// Small answers of the provider: JSON, and errors in OpenAI's shape.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request that is refused, in the words of OpenAI's API. */
export interface ApiError {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
}

export const INVALID_KEY: ApiError = {
  status: 401,
  message: 'Incorrect API key provided.',
  type: 'invalid_request_error',
  code: 'invalid_api_key',
  param: null,
};

/** 404 for a model that this provider does not serve, or does not serve now. */
export function modelNotFound(model: string): ApiError {
  return {
    status: 404,
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  };
}

/** 400 that names the parameter. */
export function invalidParameter(param: string | null, message?: string): ApiError {
  return {
    status: 400,
    message: message ?? `Invalid or missing value for '${param}'.`,
    type: 'invalid_request_error',
    code: null,
    param,
  };
}

export function sendError(response: ServerResponse, { status, ...error }: ApiError): void {
  sendJson(response, status, { error });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A body longer than this provider reads. */
export class BodyTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`The body is longer than ${maxBytes} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/** The whole body as text; rejects with `BodyTooLarge` above the bound. */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) throw new BodyTooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The parsed text; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
