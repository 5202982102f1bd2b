// A pod as the console shows it, from the admin API's row.
import type { PodView } from '../../use-cases/config/read-fleet.ts';

export interface FleetPod {
  readonly podId: string;
  readonly version: string;
  readonly address: string;
  readonly state: string;
  /** Judged by the policy server's clock. */
  readonly isLive: boolean;
  readonly lastSeenAt: string;
  readonly appliedRevision?: number;
  readonly appliedAt?: string;
  readonly applyMs?: number;
  readonly refusal?: { readonly revision: number; readonly reason: string; readonly path: string };
  readonly spoolShare: number;
  readonly missingCredentials: readonly string[];
  /** `provider endpoint` of each circuit that is not closed. */
  readonly openCircuits: readonly string[];
  readonly clockSkewMs: number;
  readonly degraded: readonly string[];
}

/** Maps a row; what a pod has not reported counts as fine. */
export function toFleetPod({
  podId,
  version,
  address,
  state,
  isLive,
  lastSeenAt,
  applied,
  refused,
  report,
}: PodView): FleetPod {
  return {
    podId,
    version,
    address,
    state,
    isLive,
    lastSeenAt,
    ...(applied === null ? {} : { appliedRevision: applied.revision }),
    ...(applied?.at == null ? {} : { appliedAt: applied.at }),
    ...(applied?.applyMs == null ? {} : { applyMs: applied.applyMs }),
    ...(refused === null
      ? {}
      : { refusal: { revision: refused.revision, reason: refused.reason, path: refused.path } }),
    spoolShare: (report.spoolBytes ?? 0) / Math.max(1, report.spoolBoundBytes ?? 1),
    missingCredentials: report.missingCredentials ?? [],
    openCircuits: (report.circuits ?? [])
      .filter((circuit) => circuit.state !== 'closed')
      .map(({ provider, endpoint }) => `${provider} ${endpoint}`),
    clockSkewMs: report.clockSkewMs ?? 0,
    degraded: report.degraded ?? [],
  };
}
