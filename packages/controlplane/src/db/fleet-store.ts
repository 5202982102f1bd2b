// The fleet table: what each pod last said, with liveness judged by the server's clock (the database's, for all servers).
import type { SnapshotPosition } from '@secrouter/proto';
import type { Pool } from 'pg';

/** A pod counts as live while its server vouched for it this recently: three missed beats. */
export const LIVE_WITHIN_SECONDS = 6;
/** A pod that has gone is shown this long; rolling deploys make new names all the time. */
export const FORGET_PODS_AFTER_HOURS = 24;

/** What a pod says of itself, bounded. */
export interface PodReport {
  readonly state: string;
  readonly spoolBytes: number;
  readonly spoolBoundBytes: number;
  readonly missingCredentials: readonly string[];
  readonly circuits: readonly {
    readonly provider: string;
    readonly endpoint: string;
    readonly model: string;
    readonly state: string;
  }[];
  readonly liveModels: readonly ListedModels[];
  readonly clockSkewMs: number;
  readonly counters: readonly FleetCounter[];
  readonly degraded: readonly string[];
}

/** What one endpoint's `/models` listed for a pod. */
export interface ListedModels {
  readonly provider: string;
  /** Empty: a pod of an older version, which did not say. */
  readonly endpoint: string;
  /** ISO time of the listing. */
  readonly at: string;
  readonly models: readonly string[];
}

export interface FleetCounter {
  readonly name: string;
  readonly label: string;
  readonly value: number;
}

/** A pod that said hello. */
export interface PodIntroduction {
  readonly nodeId: string;
  readonly podVersion: string;
  readonly address: string;
  readonly applied?: SnapshotPosition;
}

/** The rows of one policy server's pods. */
export class FleetStore {
  readonly #pool: Pool;
  readonly #cell: string;
  readonly #serverId: string;

  constructor(pool: Pool, cell: string, serverId: string) {
    this.#pool = pool;
    this.#cell = cell;
    this.#serverId = serverId;
  }

  async connect(pod: PodIntroduction): Promise<void> {
    await this.#pool.query(
      `INSERT INTO pod_status (cell, node_id, server_id, pod_version, address, state, connected, connected_at,
                               last_seen_at, applied_epoch, applied_revision, status)
       VALUES ($1, $2, $3, $4, $5, 'connected', true, clock_timestamp(), clock_timestamp(), $6, $7, '{}')
       ON CONFLICT (cell, node_id) DO UPDATE SET server_id = EXCLUDED.server_id, pod_version = EXCLUDED.pod_version,
         address = EXCLUDED.address, state = EXCLUDED.state, connected = true, connected_at = EXCLUDED.connected_at,
         last_seen_at = EXCLUDED.last_seen_at, status = EXCLUDED.status,
         applied_at = CASE WHEN pod_status.applied_epoch = EXCLUDED.applied_epoch
                            AND pod_status.applied_revision = EXCLUDED.applied_revision
                           THEN pod_status.applied_at END,
         applied_epoch = EXCLUDED.applied_epoch, applied_revision = EXCLUDED.applied_revision`,
      [
        this.#cell,
        pod.nodeId,
        this.#serverId,
        pod.podVersion,
        pod.address,
        pod.applied?.epoch ?? null,
        pod.applied?.revision ?? null,
      ],
    );
  }

  async acknowledge(nodeId: string, position: SnapshotPosition, applyMs: number): Promise<void> {
    await this.#pool.query(
      `UPDATE pod_status SET applied_epoch = $3, applied_revision = $4, apply_ms = $5, applied_at = clock_timestamp(),
              last_seen_at = clock_timestamp()
        WHERE cell = $1 AND node_id = $2`,
      [this.#cell, nodeId, position.epoch, position.revision, applyMs],
    );
  }

  async refuse(nodeId: string, position: SnapshotPosition, reason: string, path: string): Promise<void> {
    await this.#pool.query(
      `UPDATE pod_status SET refused_epoch = $3, refused_revision = $4, refused_reason = $5, refused_path = $6,
              refused_at = clock_timestamp(), last_seen_at = clock_timestamp()
        WHERE cell = $1 AND node_id = $2`,
      [this.#cell, nodeId, position.epoch, position.revision, reason, path],
    );
  }

  /** Vouches for the connected pods and stores what they newly said. */
  async beat(nodeIds: readonly string[], reports: ReadonlyMap<string, PodReport>): Promise<void> {
    if (nodeIds.length === 0) return;
    const rows = nodeIds.map((nodeId) => ({ node_id: nodeId, report: reports.get(nodeId) ?? null }));
    await this.#pool.query(
      `UPDATE pod_status SET connected = true, last_seen_at = clock_timestamp(),
              status = COALESCE(said.report, pod_status.status),
              state = COALESCE(left(said.report ->> 'state', 32), pod_status.state)
         FROM jsonb_to_recordset($3::jsonb) AS said(node_id text, report jsonb)
        WHERE pod_status.cell = $1 AND pod_status.server_id = $2 AND pod_status.node_id = said.node_id`,
      [this.#cell, this.#serverId, JSON.stringify(rows)],
    );
  }

  /** Marks a pod gone, unless it has come back through another server. */
  async disconnect(nodeId: string): Promise<void> {
    await this.#pool.query(
      `UPDATE pod_status SET connected = false, state = 'disconnected'
        WHERE cell = $1 AND node_id = $2 AND server_id = $3`,
      [this.#cell, nodeId, this.#serverId],
    );
  }

  async forgetGonePods(): Promise<void> {
    await this.#pool.query(
      `DELETE FROM pod_status WHERE cell = $1 AND last_seen_at < clock_timestamp() - make_interval(hours => $2)`,
      [this.#cell, FORGET_PODS_AFTER_HOURS],
    );
  }

  /** Counters of every live pod of the cell, whichever server it hangs on. */
  async readLiveCounters(): Promise<{ readonly nodeId: string; readonly counters: readonly FleetCounter[] }[]> {
    const { rows } = await this.#pool.query<{ node_id: string; counters: FleetCounter[] | null }>(
      `SELECT node_id, status -> 'counters' AS counters FROM pod_status
        WHERE cell = $1 AND connected AND last_seen_at > clock_timestamp() - make_interval(secs => $2)`,
      [this.#cell, LIVE_WITHIN_SECONDS],
    );
    return rows.map((row) => ({ nodeId: row.node_id, counters: row.counters ?? [] }));
  }
}
