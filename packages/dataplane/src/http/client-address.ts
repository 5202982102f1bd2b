// Whose request it is behind trusted proxies: the rightmost address that no trusted proxy owns. What stands further
// left was written by the client itself and can say anything.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { listHeader } from './request-headers.ts';

/** Address ranges made ready for look-ups. */
export interface CompiledCidrs {
  readonly ranges: BlockList;
  /** Nothing lies inside, and no address need be looked at. */
  readonly isEmpty: boolean;
}

/** Compiles `10.0.0.0/8`, `fd00::/8` and single addresses; throws on anything else, naming it. */
export function compileCidrs(cidrs: readonly string[]): CompiledCidrs {
  const ranges = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', length, ...rest] = cidr.split('/');
    const family = familyOf(address);
    const widest = family === 'ipv4' ? 32 : 128;
    const prefixLength = length === undefined ? widest : Number(length);
    const isValid = family !== undefined && rest.length === 0 && /^\d{1,3}$/.test(length ?? '0');
    if (!isValid || prefixLength > widest) throw new RangeError(`not an address range: ${cidr}`);
    ranges.addSubnet(address, prefixLength, family);
  }
  return { ranges, isEmpty: cidrs.length === 0 };
}

/** True when the address lies in one of the ranges; false for what is no address. */
export function isInside(cidrs: CompiledCidrs, address: string): boolean {
  if (cidrs.isEmpty) return false;
  const family = familyOf(address);
  return family !== undefined && cidrs.ranges.check(address, family);
}

/** True for an address that only this machine can reach. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/** The client's address; the peer's own where the peer is no trusted proxy or says nothing usable. */
export function clientAddress(
  request: Pick<IncomingMessage, 'rawHeaders'> & { readonly socket: { readonly remoteAddress?: string | undefined } },
  trustedProxies: CompiledCidrs,
): string {
  let nearest = plainAddress(request.socket.remoteAddress ?? '') ?? '';
  if (!isInside(trustedProxies, nearest)) return nearest;
  for (const hop of listHeader(request, 'x-forwarded-for').reverse()) {
    const address = plainAddress(hop);
    // A word that is no address was vouched for by the hop to its right; further left nothing can be believed.
    if (address === undefined) return nearest;
    nearest = address;
    if (!isInside(trustedProxies, address)) return address;
  }
  return nearest;
}

/** An address without brackets, port or IPv4 mapping; undefined for anything else. */
function plainAddress(value: string): string | undefined {
  const bare = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(value)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(value)?.[1] ?? value;
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  // A zone (`fe80::1%eth0`) names an interface of another machine.
  return isIP(address) === 0 || address.includes('%') ? undefined : address.toLowerCase();
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
