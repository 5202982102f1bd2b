// Name resolution of outbound connections: only addresses that the judge allows are ever returned to the socket.
import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { AddressJudge } from './address-policy.ts';

/** The name resolved to nothing that may be dialled. */
export class AddressDenied extends Error {
  readonly code = 'EGRESS_ADDRESS_DENIED';

  constructor() {
    super('no resolved address is allowed by the egress rule');
    this.name = 'AddressDenied';
  }
}

/** A look-up for `net.connect` and `tls.connect` that drops what the judge refuses. */
export function guardedLookup(judge: AddressJudge): LookupFunction {
  return (hostname, options, callback) => {
    const literal = isIP(hostname);
    if (literal !== 0) {
      answer([{ address: hostname, family: literal }]);
      return;
    }
    dnsLookup(hostname, { ...(options as LookupOptions), all: true }, (error, addresses) => {
      if (error) callback(error, '', 0);
      else answer(addresses);
    });

    function answer(addresses: readonly LookupAddress[]): void {
      const allowed = addresses.filter(({ address }) => judge(hostname, address));
      const [first] = allowed;
      if (first === undefined) callback(new AddressDenied(), '', 0);
      else if ((options as LookupOptions).all === true) callback(null, [...allowed]);
      else callback(null, first.address, first.family);
    }
  };
}
