// Original file: proto/policy.proto

import type { Long } from '@grpc/proto-loader';

export interface Counter {
  'name'?: (string);
  'label'?: (string);
  'value'?: (number | string | Long);
}

export interface Counter__Output {
  'name': (string);
  'label': (string);
  'value': (string);
}
