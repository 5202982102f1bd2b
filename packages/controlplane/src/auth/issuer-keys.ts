// The key sets of the issuers in force: a refresher each, kept while its issuer's settings stay the same.
import {
  type FetchJson,
  type IssuerRules,
  issuerNamespaces,
  type KeySetRefresher,
  openKeyRefresher,
  refresherSettings,
  type TrustedIssuer,
} from '@secrouter/proto';
import type { Logger } from 'pino';

interface HeldRefresher {
  readonly settings: string;
  readonly refresher: KeySetRefresher;
  readonly started: Promise<void>;
}

export interface IssuerKeysDependencies {
  /** Where the last good sets survive a restart. */
  readonly directory: string;
  readonly fetchJson: FetchJson;
  readonly log: Logger;
}

/** The issuers that this process trusts, with their keys. */
export class IssuerKeys {
  readonly #deps: IssuerKeysDependencies;
  readonly #held = new Map<string, HeldRefresher>();

  constructor(deps: IssuerKeysDependencies) {
    this.#deps = deps;
  }

  /** The issuers of a configuration with their keys; waits for the first attempt of those that are new. */
  async trusted(issuers: readonly IssuerRules[]): Promise<TrustedIssuer[]> {
    await this.#closeOthers(new Set(issuers.map(({ issuer }) => issuer)));
    const namespaces = issuerNamespaces(issuers);
    const held = issuers.map((rules) => this.#hold(rules));
    await Promise.all(held.map(({ started }) => started));
    return issuers.flatMap((rules, index) => {
      const [namespace, keys] = [namespaces[index], held[index]?.refresher];
      return namespace === undefined || keys === undefined ? [] : [{ rules, namespace, keys }];
    });
  }

  async close(): Promise<void> {
    await this.#closeOthers(new Set());
  }

  async #closeOthers(wanted: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#held.entries()].filter(([issuer]) => !wanted.has(issuer));
    for (const [issuer] of gone) this.#held.delete(issuer);
    await Promise.all(gone.map(([, { refresher }]) => refresher.close()));
  }

  #hold(rules: IssuerRules): HeldRefresher {
    const settings = refresherSettings(rules);
    const held = this.#held.get(rules.issuer);
    if (held?.settings === settings) return held;
    void held?.refresher.close();
    const { directory, fetchJson, log } = this.#deps;
    const refresher = openKeyRefresher(rules, {
      directory,
      fetchJson,
      onAttempt: (outcome) => {
        if (outcome.outcome === 'failed')
          log.warn({ issuer: rules.issuer, reason: outcome.failure }, 'sign-in keys could not be refreshed');
      },
    });
    const fresh = { settings, refresher, started: refresher.start() };
    this.#held.set(rules.issuer, fresh);
    return fresh;
  }
}
