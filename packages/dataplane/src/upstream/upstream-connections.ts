// The one place that opens HTTP connections to the outside: completions, embeddings, keys and probes. Pools are kept per
// provider and origin; the address of every new connection is judged as it is dialled. Redirects are never followed.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, rootCertificates } from 'node:tls';
import type { EgressRule, FetchJson, ProviderConfig } from '@secrouter/proto';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { addressJudge } from './address-policy.ts';
import { AddressDenied, guardedLookup } from './guarded-lookup.ts';
import { noteReceivedBytes } from './upstream-failure.ts';

/** Above what a pod runs at once (`SECROUTER_MAX_REQUESTS`): a stream never waits in silence for another one's connection. */
const CONNECTIONS_PER_ORIGIN = 10_000;
const KEEP_ALIVE_MS = 30_000;

/** Pools of one applied snapshot; a provider whose connection settings stay the same keeps its pool. */
export class UpstreamConnections {
  readonly #agents = new Map<string, { readonly settings: string; readonly agent: Agent }>();
  readonly #documents: Agent;

  constructor() {
    this.#documents = new Agent({ connect: { timeout: 5_000 }, keepAliveTimeout: 4_000, connections: 4 });
  }

  /** Adapts the pools to a new configuration. Pools that are gone end when their last request has ended. */
  configure(providers: Readonly<Record<string, ProviderConfig>>, allowlist: readonly EgressRule[]): void {
    for (const [name, held] of this.#agents) {
      if (settingsOf(providers[name], ruleOf(allowlist, name)) === held.settings) continue;
      this.#agents.delete(name);
      void held.agent.close();
    }
    for (const [name, provider] of Object.entries(providers)) {
      const rule = ruleOf(allowlist, name);
      if (rule === undefined || this.#agents.has(name)) continue;
      const agent = providerAgent(provider, rule);
      if (agent !== undefined) this.#agents.set(name, { settings: settingsOf(provider, rule), agent });
    }
  }

  /** The dispatcher of a provider that has an egress rule. */
  dispatcherOf(provider: string): Dispatcher | undefined {
    return this.#agents.get(provider)?.agent;
  }

  /** Fetches a small document of an identity provider (named in the file, hence allowed). No redirects. */
  readonly fetchDocument: FetchJson = async ({ url, timeoutMs, maxBytes, signal }) => {
    const target = new URL(url);
    const answer = await this.#documents.request({
      origin: target.origin,
      path: `${target.pathname}${target.search}`,
      method: 'GET',
      headers: { accept: 'application/json' },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = await readBounded(answer.body, maxBytes + 1);
    const date = Date.parse(String(answer.headers.date ?? ''));
    return { status: answer.statusCode, body, ...(Number.isNaN(date) ? {} : { dateMs: date }) };
  };

  /** Ends all pools, cutting what still runs. */
  async close(): Promise<void> {
    await Promise.all([this.#documents.destroy(), ...[...this.#agents.values()].map(({ agent }) => agent.destroy())]);
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

function ruleOf(allowlist: readonly EgressRule[], provider: string): EgressRule | undefined {
  const rules = allowlist.filter((rule) => rule.provider === provider);
  const [first] = rules;
  if (first === undefined || rules.length === 1) return first;
  return { ...first, allowedCidrs: rules.flatMap((rule) => rule.allowedCidrs) };
}

function settingsOf(provider: ProviderConfig | undefined, rule: EgressRule | undefined): string {
  if (provider === undefined || rule === undefined) return '';
  const { baseUrls, caFile, clientCert, timeouts } = provider;
  return JSON.stringify([baseUrls, caFile, clientCert, timeouts, rule.allowedCidrs]);
}

// A certificate file that this pod cannot read makes the one provider unavailable; the policy still applies.
function providerAgent(provider: ProviderConfig, rule: EgressRule): Agent | undefined {
  const judge = addressJudge(rule);
  const { timeouts } = provider;
  const files = readCertificates(provider);
  if (files === undefined) return undefined;
  const connector = buildConnector({
    timeout: timeouts.connectMs,
    lookup: guardedLookup(judge),
    rejectUnauthorized: true,
    ...files,
  });
  return new Agent({
    connections: CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: KEEP_ALIVE_MS,
    pipelining: 1,
    // A literal address is never looked up, so it is judged here.
    connect: (options, callback) => {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !judge(options.hostname, host)) callback(new AddressDenied(), null);
      else
        connector(options, (...result) => {
          const [error, socket] = result;
          if (error === null) noteReceivedBytes(socket);
          callback(...result);
        });
    },
  });
}

function readCertificates({
  caFile,
  clientCert,
}: ProviderConfig): Pick<ConnectionOptions, 'ca' | 'cert' | 'key'> | undefined {
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
