// Address ranges in CIDR notation, and which hosts are inside one's own walls by their name or address alone.
import { BlockList, isIP } from 'node:net';

/** One parsed range. */
export interface IpRange {
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Parses `10.0.0.0/8`, `fd00::/8` or a single address; undefined for anything else. */
export function parseIpRange(value: string): IpRange | undefined {
  const match = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(value);
  const address = match?.[1] ?? '';
  const version = isIP(address);
  if (match === null || version === 0) return undefined;
  const widest = version === 4 ? 32 : 128;
  const prefixLength = match[2] === undefined ? widest : Number(match[2]);
  if (prefixLength > widest) return undefined;
  return { address, prefixLength, family: version === 4 ? 'ipv4' : 'ipv6' };
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'] as const;
/** RFC 1918 and unique local addresses (RFC 4193). */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'] as const;

/** True when the whole range lies inside loopback, RFC 1918 or unique local addresses. */
export function isPrivateOrLoopbackRange(range: IpRange): boolean {
  return [...LOOPBACK, ...PRIVATE].some((outer) => isRangeWithin(range, outer));
}

function isRangeWithin(range: IpRange, outer: string): boolean {
  const parsed = parseIpRange(outer);
  if (parsed === undefined || range.family !== parsed.family || range.prefixLength < parsed.prefixLength) return false;
  const block = new BlockList();
  block.addSubnet(parsed.address, parsed.prefixLength, parsed.family);
  return block.check(range.address, range.family);
}

/** The address in a URL's host name, without an IPv6 literal's brackets; undefined for a name. */
export function ipOfHost(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

/** True for `localhost`, names below it, and loopback addresses. */
export function isLoopbackHost(hostname: string): boolean {
  const ip = ipOfHost(hostname);
  if (ip === undefined) return hostname === 'localhost' || hostname.endsWith('.localhost');
  const range = parseIpRange(ip);
  return range !== undefined && LOOPBACK.some((outer) => isRangeWithin(range, outer));
}

/** Suffixes that no public DNS serves (RFC 6761, 6762, 8375 and ICANN's `.internal`), and a cluster's own. */
const PRIVATE_SUFFIXES = ['.localhost', '.internal', '.local', '.home.arpa', '.lan', '.svc'] as const;

/** True for hosts that are private or loopback by their address, or by a name that the public DNS cannot have. */
export function isPrivateHost(hostname: string): boolean {
  const ip = ipOfHost(hostname);
  const range = ip === undefined ? undefined : parseIpRange(ip);
  if (range !== undefined) return isPrivateOrLoopbackRange(range);
  return !hostname.includes('.') || PRIVATE_SUFFIXES.some((suffix) => hostname.endsWith(suffix));
}
