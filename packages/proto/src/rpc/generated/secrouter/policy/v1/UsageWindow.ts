// Original file: proto/policy.proto

import type { Long } from '@grpc/proto-loader';

export interface UsageWindow {
  'requestCount'?: (number | string | Long);
  'inputTokens'?: (number | string | Long);
  'outputTokens'?: (number | string | Long);
  'totalTokens'?: (number | string | Long);
  'cachedInputTokens'?: (number | string | Long);
  'costNanoUsd'?: (number | string | Long);
}

export interface UsageWindow__Output {
  'requestCount': (string);
  'inputTokens': (string);
  'outputTokens': (string);
  'totalTokens': (string);
  'cachedInputTokens': (string);
  'costNanoUsd': (string);
}
