// A pod as the console shows it.

export interface FleetPod {
  readonly podId: string;
  readonly version: string;
  readonly address: string;
  readonly state: string;
  /** Judged by the policy server's clock. */
  readonly isLive: boolean;
  readonly connectedAt: string;
  readonly lastSeenAt: string;
  readonly appliedRevision?: number;
  readonly appliedAt?: string;
  readonly applyMs?: number;
  readonly refusal?: { readonly revision: number; readonly reason: string; readonly path: string; readonly at: string };
  readonly spoolShare: number;
  readonly missingCredentials: readonly string[];
  /** `provider endpoint` of each circuit that is not closed. */
  readonly openCircuits: readonly string[];
  readonly clockSkewMs: number;
  readonly degraded: readonly string[];
}
