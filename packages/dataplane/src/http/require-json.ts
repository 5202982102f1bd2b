// Which bodies are read at all: JSON in UTF-8, sent as it is. A compressed body has no size until it is unpacked.
import { RequestRefused } from '@secrouter/proto';
import { type RequestHeaders, singleHeader } from './request-headers.ts';

/** Refuses with `unsupported_media_type` what is not declared as plain UTF-8 JSON; other parameters do not matter. */
export function requireJson(request: RequestHeaders): void {
  const encoding = singleHeader(request, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  const contentType = singleHeader(request, 'content-type') ?? '';
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const isUtf8 = parameters.every((parameter) => !parameter.startsWith('charset') || UTF_8.test(parameter));
  if (encoding !== 'identity') throw new RequestRefused('unsupported_media_type', { param: 'content-encoding' });
  if (type !== 'application/json' || !isUtf8) {
    throw new RequestRefused('unsupported_media_type', { param: 'content-type' });
  }
}

const UTF_8 = /^charset\s*=\s*(?:utf-?8|"utf-?8")$/;
