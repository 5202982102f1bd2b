import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Ack as _secrouter_policy_v1_Ack, Ack__Output as _secrouter_policy_v1_Ack__Output } from './secrouter/policy/v1/Ack.ts';
import type { Circuit as _secrouter_policy_v1_Circuit, Circuit__Output as _secrouter_policy_v1_Circuit__Output } from './secrouter/policy/v1/Circuit.ts';
import type { Counter as _secrouter_policy_v1_Counter, Counter__Output as _secrouter_policy_v1_Counter__Output } from './secrouter/policy/v1/Counter.ts';
import type { FleetStats as _secrouter_policy_v1_FleetStats, FleetStats__Output as _secrouter_policy_v1_FleetStats__Output } from './secrouter/policy/v1/FleetStats.ts';
import type { Hello as _secrouter_policy_v1_Hello, Hello__Output as _secrouter_policy_v1_Hello__Output } from './secrouter/policy/v1/Hello.ts';
import type { LiveModels as _secrouter_policy_v1_LiveModels, LiveModels__Output as _secrouter_policy_v1_LiveModels__Output } from './secrouter/policy/v1/LiveModels.ts';
import type { ModelUsage as _secrouter_policy_v1_ModelUsage, ModelUsage__Output as _secrouter_policy_v1_ModelUsage__Output } from './secrouter/policy/v1/ModelUsage.ts';
import type { Nack as _secrouter_policy_v1_Nack, Nack__Output as _secrouter_policy_v1_Nack__Output } from './secrouter/policy/v1/Nack.ts';
import type { PodMessage as _secrouter_policy_v1_PodMessage, PodMessage__Output as _secrouter_policy_v1_PodMessage__Output } from './secrouter/policy/v1/PodMessage.ts';
import type { PodStatus as _secrouter_policy_v1_PodStatus, PodStatus__Output as _secrouter_policy_v1_PodStatus__Output } from './secrouter/policy/v1/PodStatus.ts';
import type { PolicyServiceClient as _secrouter_policy_v1_PolicyServiceClient, PolicyServiceDefinition as _secrouter_policy_v1_PolicyServiceDefinition } from './secrouter/policy/v1/PolicyService.ts';
import type { Position as _secrouter_policy_v1_Position, Position__Output as _secrouter_policy_v1_Position__Output } from './secrouter/policy/v1/Position.ts';
import type { ReadUsageRequest as _secrouter_policy_v1_ReadUsageRequest, ReadUsageRequest__Output as _secrouter_policy_v1_ReadUsageRequest__Output } from './secrouter/policy/v1/ReadUsageRequest.ts';
import type { ReadUsageResponse as _secrouter_policy_v1_ReadUsageResponse, ReadUsageResponse__Output as _secrouter_policy_v1_ReadUsageResponse__Output } from './secrouter/policy/v1/ReadUsageResponse.ts';
import type { ServerMessage as _secrouter_policy_v1_ServerMessage, ServerMessage__Output as _secrouter_policy_v1_ServerMessage__Output } from './secrouter/policy/v1/ServerMessage.ts';
import type { SnapshotChunk as _secrouter_policy_v1_SnapshotChunk, SnapshotChunk__Output as _secrouter_policy_v1_SnapshotChunk__Output } from './secrouter/policy/v1/SnapshotChunk.ts';
import type { SnapshotHeader as _secrouter_policy_v1_SnapshotHeader, SnapshotHeader__Output as _secrouter_policy_v1_SnapshotHeader__Output } from './secrouter/policy/v1/SnapshotHeader.ts';
import type { SnapshotWanted as _secrouter_policy_v1_SnapshotWanted, SnapshotWanted__Output as _secrouter_policy_v1_SnapshotWanted__Output } from './secrouter/policy/v1/SnapshotWanted.ts';
import type { UsageWindow as _secrouter_policy_v1_UsageWindow, UsageWindow__Output as _secrouter_policy_v1_UsageWindow__Output } from './secrouter/policy/v1/UsageWindow.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  secrouter: {
    policy: {
      v1: {
        Ack: MessageTypeDefinition<_secrouter_policy_v1_Ack, _secrouter_policy_v1_Ack__Output>
        Circuit: MessageTypeDefinition<_secrouter_policy_v1_Circuit, _secrouter_policy_v1_Circuit__Output>
        Counter: MessageTypeDefinition<_secrouter_policy_v1_Counter, _secrouter_policy_v1_Counter__Output>
        FleetStats: MessageTypeDefinition<_secrouter_policy_v1_FleetStats, _secrouter_policy_v1_FleetStats__Output>
        Hello: MessageTypeDefinition<_secrouter_policy_v1_Hello, _secrouter_policy_v1_Hello__Output>
        LiveModels: MessageTypeDefinition<_secrouter_policy_v1_LiveModels, _secrouter_policy_v1_LiveModels__Output>
        ModelUsage: MessageTypeDefinition<_secrouter_policy_v1_ModelUsage, _secrouter_policy_v1_ModelUsage__Output>
        Nack: MessageTypeDefinition<_secrouter_policy_v1_Nack, _secrouter_policy_v1_Nack__Output>
        PodMessage: MessageTypeDefinition<_secrouter_policy_v1_PodMessage, _secrouter_policy_v1_PodMessage__Output>
        PodStatus: MessageTypeDefinition<_secrouter_policy_v1_PodStatus, _secrouter_policy_v1_PodStatus__Output>
        PolicyService: SubtypeConstructor<typeof grpc.Client, _secrouter_policy_v1_PolicyServiceClient> & { service: _secrouter_policy_v1_PolicyServiceDefinition }
        Position: MessageTypeDefinition<_secrouter_policy_v1_Position, _secrouter_policy_v1_Position__Output>
        ReadUsageRequest: MessageTypeDefinition<_secrouter_policy_v1_ReadUsageRequest, _secrouter_policy_v1_ReadUsageRequest__Output>
        ReadUsageResponse: MessageTypeDefinition<_secrouter_policy_v1_ReadUsageResponse, _secrouter_policy_v1_ReadUsageResponse__Output>
        ServerMessage: MessageTypeDefinition<_secrouter_policy_v1_ServerMessage, _secrouter_policy_v1_ServerMessage__Output>
        SnapshotChunk: MessageTypeDefinition<_secrouter_policy_v1_SnapshotChunk, _secrouter_policy_v1_SnapshotChunk__Output>
        SnapshotHeader: MessageTypeDefinition<_secrouter_policy_v1_SnapshotHeader, _secrouter_policy_v1_SnapshotHeader__Output>
        SnapshotWanted: MessageTypeDefinition<_secrouter_policy_v1_SnapshotWanted, _secrouter_policy_v1_SnapshotWanted__Output>
        UsageWindow: MessageTypeDefinition<_secrouter_policy_v1_UsageWindow, _secrouter_policy_v1_UsageWindow__Output>
      }
    }
  }
}

