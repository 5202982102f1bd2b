// Which resolved addresses a connection may go to. Checked in the look-up of each connection, so that the address that
// was judged is the address that is dialled (no second resolution, no rebinding).
import { BlockList, isIP } from 'node:net';
import type { EgressRule } from '@secrouter/proto';

/** Never reachable through a name: loopback, link-local with the metadata services (two clouds keep theirs elsewhere),
 * unspecified, multicast, reserved, and the IPv6 ranges that hide an IPv4 address which is not looked into. */
const NEVER = blockList([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.0/24',
  '224.0.0.0/3',
  '::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
]);
const LOOPBACK = blockList(['127.0.0.0/8', '::1/128']);

/** Judges an address that `hostname` resolved to. */
export type AddressJudge = (hostname: string, address: string) => boolean;

/** The judge of one egress rule: inside `allowedCidrs` where stated; else anything but the never-list. */
export function addressJudge(rule: Pick<EgressRule, 'allowedCidrs'>): AddressJudge {
  const allowed = rule.allowedCidrs.length === 0 ? undefined : blockList(rule.allowedCidrs);
  return (hostname, address) => {
    const plain = unmapped(address);
    if (allowed !== undefined) return contains(allowed, plain);
    // A host that is an address, or `localhost`, is listed by name in the file and so allows itself.
    if (isIP(stripBrackets(hostname)) !== 0) return unmapped(stripBrackets(hostname)) === plain;
    if (hostname === 'localhost') return contains(LOOPBACK, plain);
    return isIP(plain) !== 0 && !contains(NEVER, plain);
  };
}

/**
 * The judge of an authority, which the file names outside the egress list: anything but the never-list, and loopback only
 * where the authority itself is this very machine. No list could widen it: a client secret is sent there.
 */
export const authorityJudge: AddressJudge = (hostname, address) => {
  const plain = unmapped(address);
  if (contains(LOOPBACK, plain))
    return hostname === 'localhost' || contains(LOOPBACK, unmapped(stripBrackets(hostname)));
  return isIP(plain) !== 0 && !contains(NEVER, plain);
};

/** The IPv4 address inside a mapped (RFC 4291) or translated one (NAT64, RFC 6052); any other as it is, without a zone. */
function unmapped(address: string): string {
  const plain = address.replace(/%.*$/, '');
  if (isIP(plain) !== 6) return plain;
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (match?.[1] === undefined || match[2] === undefined) return canonical;
  const [high, low] = [Number.parseInt(match[1], 16), Number.parseInt(match[2], 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function stripBrackets(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix] = cidr.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(network, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
}
