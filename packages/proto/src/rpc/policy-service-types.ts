// Names of the generated wire types that the planes map to domain types at their border files.
import type { ProtoGrpcType } from './generated/policy.ts';

export type PolicyServiceClientConstructor = ProtoGrpcType['secrouter']['policy']['v1']['PolicyService'];
export type { PodMessage, PodMessage__Output } from './generated/secrouter/policy/v1/PodMessage.ts';
export type { PodStatus, PodStatus__Output } from './generated/secrouter/policy/v1/PodStatus.ts';
export type { PolicyServiceClient, PolicyServiceHandlers } from './generated/secrouter/policy/v1/PolicyService.ts';
export type { ReadUsageRequest, ReadUsageRequest__Output } from './generated/secrouter/policy/v1/ReadUsageRequest.ts';
export type {
  ReadUsageResponse,
  ReadUsageResponse__Output,
} from './generated/secrouter/policy/v1/ReadUsageResponse.ts';
export type { ServerMessage, ServerMessage__Output } from './generated/secrouter/policy/v1/ServerMessage.ts';
export type { SnapshotHeader, SnapshotHeader__Output } from './generated/secrouter/policy/v1/SnapshotHeader.ts';
