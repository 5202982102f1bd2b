// Original file: proto/policy.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { PodMessage as _secrouter_policy_v1_PodMessage, PodMessage__Output as _secrouter_policy_v1_PodMessage__Output } from '../../../secrouter/policy/v1/PodMessage.ts';
import type { ReadUsageRequest as _secrouter_policy_v1_ReadUsageRequest, ReadUsageRequest__Output as _secrouter_policy_v1_ReadUsageRequest__Output } from '../../../secrouter/policy/v1/ReadUsageRequest.ts';
import type { ReadUsageResponse as _secrouter_policy_v1_ReadUsageResponse, ReadUsageResponse__Output as _secrouter_policy_v1_ReadUsageResponse__Output } from '../../../secrouter/policy/v1/ReadUsageResponse.ts';
import type { ServerMessage as _secrouter_policy_v1_ServerMessage, ServerMessage__Output as _secrouter_policy_v1_ServerMessage__Output } from '../../../secrouter/policy/v1/ServerMessage.ts';

export interface PolicyServiceClient extends grpc.Client {
  ReadUsage(argument: _secrouter_policy_v1_ReadUsageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  ReadUsage(argument: _secrouter_policy_v1_ReadUsageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  ReadUsage(argument: _secrouter_policy_v1_ReadUsageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  ReadUsage(argument: _secrouter_policy_v1_ReadUsageRequest, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  readUsage(argument: _secrouter_policy_v1_ReadUsageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  readUsage(argument: _secrouter_policy_v1_ReadUsageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  readUsage(argument: _secrouter_policy_v1_ReadUsageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  readUsage(argument: _secrouter_policy_v1_ReadUsageRequest, callback: grpc.requestCallback<_secrouter_policy_v1_ReadUsageResponse__Output>): grpc.ClientUnaryCall;
  
  Subscribe(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_secrouter_policy_v1_PodMessage, _secrouter_policy_v1_ServerMessage__Output>;
  Subscribe(options?: grpc.CallOptions): grpc.ClientDuplexStream<_secrouter_policy_v1_PodMessage, _secrouter_policy_v1_ServerMessage__Output>;
  subscribe(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_secrouter_policy_v1_PodMessage, _secrouter_policy_v1_ServerMessage__Output>;
  subscribe(options?: grpc.CallOptions): grpc.ClientDuplexStream<_secrouter_policy_v1_PodMessage, _secrouter_policy_v1_ServerMessage__Output>;
  
}

export interface PolicyServiceHandlers extends grpc.UntypedServiceImplementation {
  ReadUsage: grpc.handleUnaryCall<_secrouter_policy_v1_ReadUsageRequest__Output, _secrouter_policy_v1_ReadUsageResponse>;
  
  Subscribe: grpc.handleBidiStreamingCall<_secrouter_policy_v1_PodMessage__Output, _secrouter_policy_v1_ServerMessage>;
  
}

export interface PolicyServiceDefinition extends grpc.ServiceDefinition {
  ReadUsage: MethodDefinition<_secrouter_policy_v1_ReadUsageRequest, _secrouter_policy_v1_ReadUsageResponse, _secrouter_policy_v1_ReadUsageRequest__Output, _secrouter_policy_v1_ReadUsageResponse__Output>
  Subscribe: MethodDefinition<_secrouter_policy_v1_PodMessage, _secrouter_policy_v1_ServerMessage, _secrouter_policy_v1_PodMessage__Output, _secrouter_policy_v1_ServerMessage__Output>
}
