// Original file: proto/policy.proto

import type { Long } from '@grpc/proto-loader';

export interface Position {
  'epoch'?: (number | string | Long);
  'revision'?: (number | string | Long);
}

export interface Position__Output {
  'epoch': (string);
  'revision': (string);
}
