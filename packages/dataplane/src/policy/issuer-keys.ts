// The key sets of the issuers in force: a refresher each, kept while its issuer's settings stay the same.
import {
  type FetchJson,
  type IssuerRules,
  issuerNamespaces,
  type KeyFetchOutcome,
  type KeySetRefresher,
  openKeyRefresher,
  refresherSettings,
  type TrustedIssuer,
} from '@secrouter/proto';
import type { Logger } from 'pino';

/** The default tolerance of tokens' times: from here on good tokens are refused. */
const SKEW_ALARM_MS = 30_000;

interface HeldRefresher {
  readonly settings: string;
  readonly refresher: KeySetRefresher;
  readonly started: Promise<void>;
}

/** The issuers that this pod trusts, with their keys. */
export class IssuerKeys {
  readonly #directory: string;
  readonly #fetchJson: FetchJson;
  readonly #log: Logger;
  readonly #held = new Map<string, HeldRefresher>();
  #trusted: readonly TrustedIssuer[] = [];

  constructor(directory: string, fetchJson: FetchJson, log: Logger) {
    this.#directory = directory;
    this.#fetchJson = fetchJson;
    this.#log = log;
  }

  get trusted(): readonly TrustedIssuer[] {
    return this.#trusted;
  }

  /** Refreshers by issuer, for status and metrics. */
  get refreshers(): readonly KeySetRefresher[] {
    return [...this.#held.values()].map(({ refresher }) => refresher);
  }

  /** Adapts to the issuers of a snapshot. */
  configure(issuers: readonly IssuerRules[]): void {
    const wanted = new Set(issuers.map(({ issuer }) => issuer));
    for (const [issuer, { refresher }] of this.#held) {
      if (wanted.has(issuer)) continue;
      refresher.close();
      this.#held.delete(issuer);
    }
    const namespaces = issuerNamespaces(issuers);
    this.#trusted = issuers.flatMap((rules, index) => {
      const namespace = namespaces[index];
      return namespace === undefined ? [] : [{ rules, namespace, keys: this.#refresherOf(rules) }];
    });
  }

  /** Resolves once every issuer's first attempt has ended, well or badly. */
  async started(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ started }) => started));
  }

  close(): void {
    for (const { refresher } of this.#held.values()) refresher.close();
  }

  #refresherOf(rules: IssuerRules): KeySetRefresher {
    const settings = refresherSettings(rules);
    const held = this.#held.get(rules.issuer);
    if (held !== undefined && held.settings === settings) return held.refresher;
    held?.refresher.close();
    const refresher = openKeyRefresher(rules, {
      directory: this.#directory,
      fetchJson: this.#fetchJson,
      onAttempt: (outcome, hasChanged) => this.#raiseAlarms(rules.issuer, outcome, hasChanged),
    });
    this.#held.set(rules.issuer, { settings, refresher, started: refresher.start() });
    return refresher;
  }

  #raiseAlarms(issuer: string, outcome: KeyFetchOutcome, hasChanged: boolean): void {
    if (outcome.outcome === 'failed') {
      this.#log.warn({ issuer, reason: outcome.failure }, 'sign-in keys could not be refreshed');
      return;
    }
    const { keySet, dateMs } = outcome;
    if (hasChanged && keySet.dropped.some(({ reason }) => reason === 'private_members'))
      this.#log.error({ issuer }, 'the identity provider publishes a private key: have it replaced at once');
    if (hasChanged && keySet.dropped.length > 0)
      this.#log.warn({ issuer, dropped: keySet.dropped }, 'some published sign-in keys are not used');
    const clockSkewMs = dateMs === undefined ? 0 : dateMs - Date.now();
    if (Math.abs(clockSkewMs) >= SKEW_ALARM_MS)
      this.#log.warn({ issuer, clockSkewMs }, "this pod's clock and the identity provider's differ");
  }
}
