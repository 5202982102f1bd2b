// Original file: proto/policy.proto

import type { Position as _secrouter_policy_v1_Position, Position__Output as _secrouter_policy_v1_Position__Output } from '../../../secrouter/policy/v1/Position.ts';
import type { Long } from '@grpc/proto-loader';

export interface SnapshotHeader {
  'cell'?: (string);
  'position'?: (_secrouter_policy_v1_Position | null);
  'totalBytes'?: (number | string | Long);
  'digest'?: (string);
  'algorithm'?: (string);
  'keyId'?: (string);
  'signature'?: (string);
  'chunks'?: (number);
}

export interface SnapshotHeader__Output {
  'cell': (string);
  'position': (_secrouter_policy_v1_Position__Output | null);
  'totalBytes': (string);
  'digest': (string);
  'algorithm': (string);
  'keyId': (string);
  'signature': (string);
  'chunks': (number);
}
