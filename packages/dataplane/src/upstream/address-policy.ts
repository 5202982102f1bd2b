// Which resolved addresses a connection may go to. Checked in the look-up of each connection, so that the address that
// was judged is the address that is dialled (no second resolution, no rebinding).
import { BlockList, isIP } from 'node:net';
import type { EgressRule } from '@secrouter/proto';

/** Never reachable through a name: loopback, link-local with the metadata services, unspecified, multicast, reserved. */
const NEVER = blockList([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/3',
  '::/128',
  '::1/128',
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
    return !contains(NEVER, plain);
  };
}

/** `::ffff:a.b.c.d` is the IPv4 address that it maps. */
function unmapped(address: string): string {
  const match = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (match?.[1] !== undefined) return match[1];
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (hex?.[1] === undefined || hex[2] === undefined) return address;
  const [high, low] = [Number.parseInt(hex[1], 16), Number.parseInt(hex[2], 16)];
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
