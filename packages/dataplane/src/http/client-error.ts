// What a parser or timer error of a connection means to the client.
import type { RefusalCode } from '@secrouter/proto';

/** The refusal for an error of `clientError`; undefined where nobody is left to read one. */
export function clientErrorCode(error: NodeJS.ErrnoException): RefusalCode | undefined {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'headers_too_large';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'request_too_large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request_timeout';
    case 'HPE_PAUSED_H2_UPGRADE':
      return 'upgrade_refused';
    default:
      // Everything else of the parser is a malformed message; the rest (ECONNRESET, EPIPE, TLS) is a dead connection.
      return error.code?.startsWith('HPE_') ? 'invalid_request' : undefined;
  }
}
