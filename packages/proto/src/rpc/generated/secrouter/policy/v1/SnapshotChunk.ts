// Original file: proto/policy.proto


export interface SnapshotChunk {
  'index'?: (number);
  'data'?: (Buffer | Uint8Array | string);
}

export interface SnapshotChunk__Output {
  'index': (number);
  'data': (Buffer);
}
