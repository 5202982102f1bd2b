// A pool of connections whose every address is judged as it is dialled. Certificates are always verified.
import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, rootCertificates } from 'node:tls';
import type { ProviderConfig } from '@secrouter/proto';
import { Agent, buildConnector } from 'undici';
import type { AddressJudge } from './address-policy.ts';
import { AddressDenied, guardedLookup } from './guarded-lookup.ts';

/** What certificates are judged by, and which one is shown. */
export type Certificates = Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;

export interface AgentSettings {
  readonly judge: AddressJudge;
  readonly certificates: Certificates;
  readonly connectTimeoutMs: number;
  readonly connectionsPerOrigin: number;
  readonly keepAliveMs: number;
  readonly onConnected?: (socket: Socket) => void;
}

/** Opens a pool; nothing is dialled before the first request. */
export function guardedAgent(settings: AgentSettings): Agent {
  const { judge, onConnected } = settings;
  const connector = buildConnector({
    timeout: settings.connectTimeoutMs,
    lookup: guardedLookup(judge),
    rejectUnauthorized: true,
    ...settings.certificates,
  });
  return new Agent({
    connections: settings.connectionsPerOrigin,
    keepAliveTimeout: settings.keepAliveMs,
    pipelining: 1,
    // A literal address is never looked up, so it is judged here.
    connect: (options, callback) => {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !judge(options.hostname, host)) callback(new AddressDenied(), null);
      else
        connector(options, (...result) => {
          const [error, socket] = result;
          if (error === null) onConnected?.(socket);
          callback(...result);
        });
    },
  });
}

/** The certificates that a provider's block names; undefined when this pod cannot read one of the files. */
export function readCertificates({
  caFile,
  clientCert,
}: Pick<ProviderConfig, 'caFile' | 'clientCert'>): Certificates | undefined {
  try {
    return {
      ...(caFile === undefined ? {} : { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] }),
      ...(clientCert === undefined
        ? {}
        : { cert: readFileSync(clientCert.certPath, 'utf8'), key: readFileSync(clientCert.keyPath, 'utf8') }),
    };
  } catch {
    return undefined;
  }
}
