// Original file: proto/policy.proto

import type { Hello as _secrouter_policy_v1_Hello, Hello__Output as _secrouter_policy_v1_Hello__Output } from '../../../secrouter/policy/v1/Hello.ts';
import type { Ack as _secrouter_policy_v1_Ack, Ack__Output as _secrouter_policy_v1_Ack__Output } from '../../../secrouter/policy/v1/Ack.ts';
import type { Nack as _secrouter_policy_v1_Nack, Nack__Output as _secrouter_policy_v1_Nack__Output } from '../../../secrouter/policy/v1/Nack.ts';
import type { PodStatus as _secrouter_policy_v1_PodStatus, PodStatus__Output as _secrouter_policy_v1_PodStatus__Output } from '../../../secrouter/policy/v1/PodStatus.ts';
import type { SnapshotWanted as _secrouter_policy_v1_SnapshotWanted, SnapshotWanted__Output as _secrouter_policy_v1_SnapshotWanted__Output } from '../../../secrouter/policy/v1/SnapshotWanted.ts';

export interface PodMessage {
  'hello'?: (_secrouter_policy_v1_Hello | null);
  'ack'?: (_secrouter_policy_v1_Ack | null);
  'nack'?: (_secrouter_policy_v1_Nack | null);
  'status'?: (_secrouter_policy_v1_PodStatus | null);
  'snapshotWanted'?: (_secrouter_policy_v1_SnapshotWanted | null);
  'message'?: "hello"|"ack"|"nack"|"status"|"snapshotWanted";
}

export interface PodMessage__Output {
  'hello'?: (_secrouter_policy_v1_Hello__Output | null);
  'ack'?: (_secrouter_policy_v1_Ack__Output | null);
  'nack'?: (_secrouter_policy_v1_Nack__Output | null);
  'status'?: (_secrouter_policy_v1_PodStatus__Output | null);
  'snapshotWanted'?: (_secrouter_policy_v1_SnapshotWanted__Output | null);
  'message'?: "hello"|"ack"|"nack"|"status"|"snapshotWanted";
}
