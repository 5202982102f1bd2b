// Headers as they came, line by line: Node's merged view hides that a header was sent twice.
import type { IncomingMessage } from 'node:http';
import { RequestRefused } from '@secrouter/proto';

/** The part of a request that its headers are read from. */
export type RequestHeaders = Pick<IncomingMessage, 'rawHeaders'>;

/** Every value of a header, one entry per line, in the order sent; `name` in lower case. */
export function headerValues(request: RequestHeaders, name: string): string[] {
  const { rawHeaders } = request;
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** The header's one value, undefined where it was not sent; sent twice it is refused, whatever the values. */
export function singleHeader(request: RequestHeaders, name: string): string | undefined {
  const [value, ...others] = headerValues(request, name);
  if (others.length > 0) throw new RequestRefused('invalid_request', { param: name });
  return value;
}

/** The elements of a comma-separated header, trimmed, without empty ones, over all its lines. */
export function listHeader(request: RequestHeaders, name: string): string[] {
  return headerValues(request, name)
    .flatMap((value) => value.split(','))
    .map((element) => element.trim())
    .filter((element) => element !== '');
}
