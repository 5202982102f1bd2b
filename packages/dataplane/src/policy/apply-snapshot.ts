// Apply: newer? signature? digest? consistent? compile -> swap one pointer -> save -> ACK. Anything else keeps the old
// policy and says why.
import {
  isNewer,
  openSnapshot,
  type SealedSnapshot,
  type SealProblem,
  type Snapshot,
  type SnapshotPosition,
  type TrustedKey,
} from '@secrouter/proto';
import { type CompiledPolicy, compileSnapshot } from './compile-snapshot.ts';

export type ApplyOutcome =
  | { readonly outcome: 'applied'; readonly policy: CompiledPolicy; readonly applyMs: number }
  | { readonly outcome: 'current'; readonly position: SnapshotPosition }
  | { readonly outcome: 'refused'; readonly reason: SealProblem | 'older' | 'inconsistent'; readonly path: string };

/** Holds the policy in force and replaces it, all or nothing. */
export class PolicyHolder {
  readonly #cell: string;
  readonly #trustedKeys: () => readonly TrustedKey[];
  readonly #now: () => number;
  readonly #onApplied: (policy: CompiledPolicy) => void;
  readonly #isOnLoopback: boolean;
  #current: CompiledPolicy | undefined;
  #confirmedAtMs = 0;

  constructor(
    cell: string,
    trustedKeys: () => readonly TrustedKey[],
    now: () => number,
    onApplied: (policy: CompiledPolicy) => void,
    isOnLoopback = true,
  ) {
    this.#cell = cell;
    this.#trustedKeys = trustedKeys;
    this.#now = now;
    this.#onApplied = onApplied;
    this.#isOnLoopback = isOnLoopback;
  }

  /** The policy in force; undefined before the first snapshot. */
  get current(): CompiledPolicy | undefined {
    return this.#current;
  }

  /** Seconds since the control plane last confirmed that this policy is the newest. */
  get ageSeconds(): number {
    return this.#current === undefined ? 0 : Math.max(0, Math.round((this.#now() - this.#confirmedAtMs) / 1_000));
  }

  /** True when the file bounds how long a policy may govern unconfirmed, and that time has passed. */
  get isTooOld(): boolean {
    const bound = this.#current?.config.security.resilience.maxSnapshotAgeSeconds;
    return bound !== undefined && this.ageSeconds > bound;
  }

  /** The control plane is connected: what is in force is what it wants. */
  confirm(): void {
    this.#confirmedAtMs = this.#now();
  }

  /** Judges a sealed snapshot and puts it in force when it is right and newer. */
  apply(sealed: SealedSnapshot): ApplyOutcome {
    const startedMs = this.#now();
    const position = { epoch: sealed.seal.epoch, revision: sealed.seal.revision };
    const applied = this.#current?.snapshot;
    if (applied !== undefined && !isNewer(position, applied)) {
      const isSame = position.epoch === applied.epoch && position.revision === applied.revision;
      return isSame ? { outcome: 'current', position } : { outcome: 'refused', reason: 'older', path: '' };
    }
    const opened = openSnapshot(sealed, this.#cell, this.#trustedKeys());
    if (opened.outcome === 'refused') return { outcome: 'refused', reason: opened.problem, path: '' };
    const compiled = this.#prepare(opened.snapshot);
    if (compiled.outcome === 'inconsistent') return { outcome: 'refused', reason: 'inconsistent', path: compiled.path };
    this.#current = compiled.policy;
    // Until the control plane speaks, a policy from a disk or the mirror is as old as its making.
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, Date.parse(opened.snapshot.createdAt));
    return { outcome: 'applied', policy: compiled.policy, applyMs: this.#now() - startedMs };
  }

  // A snapshot that another version signed may have any shape: whatever it breaks, the policy in force stays.
  #prepare(
    snapshot: Snapshot,
  ):
    | { readonly outcome: 'compiled'; readonly policy: CompiledPolicy }
    | { readonly outcome: 'inconsistent'; readonly path: string } {
    try {
      const compiled = compileSnapshot(snapshot, this.#current, undefined, this.#isOnLoopback);
      if (compiled.outcome === 'inconsistent')
        return { outcome: 'inconsistent', path: compiled.problems[0]?.path ?? '' };
      this.#onApplied(compiled.policy);
      return compiled;
    } catch {
      return { outcome: 'inconsistent', path: '' };
    }
  }
}
