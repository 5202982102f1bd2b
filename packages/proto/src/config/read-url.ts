// URLs and host names from the file, judged after WHATWG parsing: what is checked is what will be connected to.
import type { Place } from './config-reading.ts';
import { isLoopbackHost } from './ip-range.ts';
import { type Reader, text } from './read-value.ts';

/**
 * A provider's base URL without a trailing slash. No userinfo, query, fragment, blank or backslash, and no host with a
 * trailing dot: each of them is a way to show one host and mean another (P37, P38).
 */
export const baseUrl: Reader<string> = (node, place) => {
  const url = httpUrl(node, place);
  if (url === undefined) return undefined;
  if (url.search !== '' || url.hash !== '') return place.refuse('a base URL has no query and no fragment');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};

/** An http or https URL that has no userinfo and reads the same to everybody. */
export function httpUrl(node: Parameters<Reader<string>>[0], place: Place): URL | undefined {
  const source = text()(node, place);
  if (source === undefined) return undefined;
  if (!/^https?:\/\/[^/\\]/i.test(source)) return place.refuse('expected a URL that begins with https:// or http://');
  if (/[\s\\]/.test(source)) return place.refuse('a URL has no blanks and no backslashes');
  if ((/^https?:\/\/([^/?#]*)/i.exec(source)?.[1] ?? '').includes('@'))
    return place.refuse('a URL has no user name and no password; credentials are references in "auth"');
  if (!URL.canParse(source)) return place.refuse('is not a URL');
  const url = new URL(source);
  if (url.hostname.endsWith('.')) return place.refuse('the host name ends in a dot; write it without');
  return url;
}

/** A URL that keys or tokens are fetched from: https, or http on loopback; kept exactly as it is written. */
export const identityUrl: Reader<string> = (node, place) => {
  const url = httpUrl(node, place);
  if (url === undefined || node.kind !== 'string') return undefined;
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    place.advise('keys are fetched over https only, except on loopback: nobody can sign in until this is https');
  return node.value;
};

/** An entry of an egress rule: `host` or `host:port`, normalised as URL parsing does it. */
export const allowedHost: Reader<string> = (node, place) => {
  const source = text()(node, place);
  if (source === undefined) return undefined;
  if (source.includes('/')) return place.refuse('expected a host, or host:port, without scheme and path');
  const match = /^(\[[^\]]+\]|[^:@[\]]+)(?::(\d{1,5}))?$/.exec(source);
  if (match === null || /[*\s\\?#%]/.test(source) || !URL.canParse(`http://${match[1]}`))
    return place.refuse('expected a host name or address, or host:port; wildcards are not allowed');
  const hostname = new URL(`http://${match[1]}`).hostname;
  if (hostname.endsWith('.')) return place.refuse('the host name ends in a dot; write it without');
  if (match[2] === undefined) return hostname;
  const port = Number(match[2]);
  return port >= 1 && port <= 65_535 ? `${hostname}:${port}` : place.refuse('a port is from 1 to 65535');
};

/** True when an egress entry allows this URL's host and port; without a port it means the scheme's own. */
export function isHostAllowed(entry: string, url: URL): boolean {
  const match = /^(.*?)(?::(\d+))?$/.exec(entry.startsWith('[') ? entry.slice(entry.indexOf(']') + 1) : entry);
  const port = match?.[2];
  const hostname = port === undefined ? entry : entry.slice(0, -(port.length + 1));
  const schemePort = url.protocol === 'https:' ? '443' : '80';
  return hostname === url.hostname && (port ?? schemePort) === (url.port === '' ? schemePort : url.port);
}
