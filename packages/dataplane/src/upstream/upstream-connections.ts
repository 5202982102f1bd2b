// The one place that opens HTTP connections to the outside: completions, embeddings, keys, tokens and probes. Pools are
// kept per provider and origin; the address of every new connection is judged as it is dialled. Redirects are never followed.
import type { EgressRule, FetchJson, ProviderConfig } from '@secrouter/proto';
import { Agent, type Dispatcher } from 'undici';
import { addressJudge, authorityJudge } from './address-policy.ts';
import { entraOf, type PostForm } from './entra-token.ts';
import { guardedAgent, readCertificates } from './guarded-agent.ts';
import { readBounded } from './read-bounded.ts';
import { noteReceivedBytes } from './upstream-failure.ts';

/** Above what a pod runs at once (`SECROUTER_MAX_REQUESTS`): a stream never waits in silence for another one's connection. */
const CONNECTIONS_PER_ORIGIN = 10_000;
const KEEP_ALIVE_MS = 30_000;
/** Documents of identity providers and tokens: few, small, and far apart. */
const SMALL_POOL = { connectTimeoutMs: 5_000, keepAliveMs: 4_000, connectionsPerOrigin: 4 };

interface HeldAgent {
  readonly settings: string;
  readonly agent: Agent;
}

/** Pools of one applied snapshot; a provider whose connection settings stay the same keeps its pool. */
export class UpstreamConnections {
  readonly #agents = new Map<string, HeldAgent>();
  /** For the authorities that give tokens, by the certificate file that they are judged by. */
  readonly #authorities = new Map<string, Agent>();
  readonly #documents: Agent;

  constructor() {
    const { connectTimeoutMs: timeout, keepAliveMs: keepAliveTimeout, connectionsPerOrigin: connections } = SMALL_POOL;
    this.#documents = new Agent({ connect: { timeout }, keepAliveTimeout, connections });
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
    this.#configureAuthorities(Object.values(providers).filter((provider) => entraOf(provider) !== undefined));
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

  /** Sends a form to the authority of a provider's tokens (named in the file, hence allowed). No redirects. */
  readonly postForm: PostForm = async ({ url, form, caFile, timeoutMs, maxBytes, signal }) => {
    const agent = this.#authorities.get(caFile ?? '');
    if (agent === undefined) throw new Error('the certificate file of the authority cannot be read');
    const target = new URL(url);
    const answer = await agent.request({
      origin: target.origin,
      path: target.pathname,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return { status: answer.statusCode, body: await readBounded(answer.body, maxBytes + 1) };
  };

  /** Ends all pools, cutting what still runs. */
  async close(): Promise<void> {
    const agents = [...this.#agents.values()].map(({ agent }) => agent);
    await Promise.all([this.#documents, ...agents, ...this.#authorities.values()].map((agent) => agent.destroy()));
  }

  #configureAuthorities(providers: readonly ProviderConfig[]): void {
    const wanted = new Set(providers.map(({ caFile = '' }) => caFile));
    for (const [caFile, agent] of this.#authorities) {
      if (wanted.has(caFile)) continue;
      this.#authorities.delete(caFile);
      void agent.close();
    }
    for (const caFile of wanted) {
      // The provider's authorities are trusted for its tokens too; its client certificate is for the provider alone.
      const certificates = readCertificates(caFile === '' ? {} : { caFile });
      if (certificates === undefined || this.#authorities.has(caFile)) continue;
      this.#authorities.set(caFile, guardedAgent({ judge: authorityJudge, certificates, ...SMALL_POOL }));
    }
  }
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
  const certificates = readCertificates(provider);
  if (certificates === undefined) return undefined;
  return guardedAgent({
    judge: addressJudge(rule),
    certificates,
    connectTimeoutMs: provider.timeouts.connectMs,
    connectionsPerOrigin: CONNECTIONS_PER_ORIGIN,
    keepAliveMs: KEEP_ALIVE_MS,
    onConnected: noteReceivedBytes,
  });
}
