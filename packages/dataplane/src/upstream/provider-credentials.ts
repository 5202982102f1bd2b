// What each provider is shown: its key, or an Entra token that lives as long as the provider's block stays the same.
import type { ProviderConfig } from '@secrouter/proto';
import type { Wait } from './abortable-wait.ts';
import type { CredentialStore } from './credential-store.ts';
import { entraOf, type PostForm, type TokenReading } from './entra-token.ts';
import { EntraTokenRefresher } from './entra-token-refresher.ts';

export interface ProviderCredentialsOptions {
  readonly store: CredentialStore;
  readonly post: PostForm;
  readonly nowMs: () => number;
  readonly wait: Wait;
  readonly onTokenAttempt: (authority: string, reading: TokenReading) => void;
}

/** A credential to send, if the provider takes one at all; or none to be had where it does. */
export type ProviderSecret =
  | { readonly outcome: 'held'; readonly secret: string | undefined }
  | { readonly outcome: 'missing' };

/** The credentials of the providers in force. */
export class ProviderCredentials {
  readonly #options: ProviderCredentialsOptions;
  readonly #refreshers = new Map<string, EntraTokenRefresher>();
  #isClosed = false;

  constructor(options: ProviderCredentialsOptions) {
    this.#options = options;
  }

  /** Forgets the tokens of blocks that are gone. */
  configure(providers: Readonly<Record<string, ProviderConfig>>): void {
    const wanted = new Set(Object.values(providers).map(tokenSettings));
    for (const [settings, refresher] of this.#refreshers) {
      if (wanted.has(settings)) continue;
      refresher.close();
      this.#refreshers.delete(settings);
    }
  }

  /** The credential; waits for a token only where there is none yet, and no longer than the signal. */
  secretOf(provider: ProviderConfig, signal: () => AbortSignal): ProviderSecret | Promise<ProviderSecret> {
    const refresher = this.#refresherOf(provider);
    if (refresher !== undefined) return refresher.token(signal()).then(held);
    // A provider that takes no credential is shown none.
    if (provider.auth === undefined) return { outcome: 'held', secret: undefined };
    return held(this.#options.store.resolve(provider.auth));
  }

  /** The provider answered 401 to this secret: a token is replaced, a key is for a human to replace. */
  refused(provider: ProviderConfig, secret: string | undefined): void {
    if (secret !== undefined) this.#refresherOf(provider)?.refused(secret);
  }

  /** Providers whose credential is stated and cannot be had. */
  missing(providers: Readonly<Record<string, ProviderConfig>>): readonly string[] {
    return Object.entries(providers)
      .filter(([, provider]) => this.#isMissing(provider))
      .map(([name]) => name);
  }

  close(): void {
    this.#isClosed = true;
    for (const refresher of this.#refreshers.values()) refresher.close();
    this.#refreshers.clear();
  }

  #isMissing(provider: ProviderConfig): boolean {
    const { store } = this.#options;
    const entra = entraOf(provider);
    if (entra === undefined) return provider.auth !== undefined && store.resolve(provider.auth) === undefined;
    if (store.resolve({ type: 'env', key: entra.clientSecretEnv }) === undefined) return true;
    return this.#refreshers.get(tokenSettings(provider))?.isFailing ?? false;
  }

  /** Made by its first use, also of a request that runs under an older policy. */
  #refresherOf(provider: ProviderConfig): EntraTokenRefresher | undefined {
    const entra = entraOf(provider);
    if (entra === undefined) return undefined;
    const settings = tokenSettings(provider);
    const held = this.#refreshers.get(settings);
    if (held !== undefined) return held;
    const { store, post, nowMs, wait, onTokenAttempt } = this.#options;
    const refresher = new EntraTokenRefresher({
      entra,
      caFile: provider.caFile,
      readSecret: () => store.resolve({ type: 'env', key: entra.clientSecretEnv }),
      post,
      nowMs,
      wait,
      onAttempt: (reading) => onTokenAttempt(entra.authority, reading),
    });
    if (this.#isClosed) refresher.close();
    else this.#refreshers.set(settings, refresher);
    return refresher;
  }
}

function held(secret: string | undefined): ProviderSecret {
  return secret === undefined ? { outcome: 'missing' } : { outcome: 'held', secret };
}

/** Providers share a token exactly when all of this is the same. */
function tokenSettings(provider: ProviderConfig): string {
  const entra = entraOf(provider);
  if (entra === undefined) return '';
  const { authority, tenantId, clientId, clientSecretEnv, scope } = entra;
  return JSON.stringify([authority, tenantId, clientId, clientSecretEnv, scope, provider.caFile ?? null]);
}
