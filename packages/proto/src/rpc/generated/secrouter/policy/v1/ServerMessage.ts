// Original file: proto/policy.proto

import type { SnapshotHeader as _secrouter_policy_v1_SnapshotHeader, SnapshotHeader__Output as _secrouter_policy_v1_SnapshotHeader__Output } from '../../../secrouter/policy/v1/SnapshotHeader.ts';
import type { SnapshotChunk as _secrouter_policy_v1_SnapshotChunk, SnapshotChunk__Output as _secrouter_policy_v1_SnapshotChunk__Output } from '../../../secrouter/policy/v1/SnapshotChunk.ts';
import type { FleetStats as _secrouter_policy_v1_FleetStats, FleetStats__Output as _secrouter_policy_v1_FleetStats__Output } from '../../../secrouter/policy/v1/FleetStats.ts';

export interface ServerMessage {
  'header'?: (_secrouter_policy_v1_SnapshotHeader | null);
  'chunk'?: (_secrouter_policy_v1_SnapshotChunk | null);
  'stats'?: (_secrouter_policy_v1_FleetStats | null);
  'message'?: "header"|"chunk"|"stats";
}

export interface ServerMessage__Output {
  'header'?: (_secrouter_policy_v1_SnapshotHeader__Output | null);
  'chunk'?: (_secrouter_policy_v1_SnapshotChunk__Output | null);
  'stats'?: (_secrouter_policy_v1_FleetStats__Output | null);
  'message'?: "header"|"chunk"|"stats";
}
