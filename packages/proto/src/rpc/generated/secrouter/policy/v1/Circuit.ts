// Original file: proto/policy.proto


export interface Circuit {
  'provider'?: (string);
  'endpoint'?: (string);
  'model'?: (string);
  'state'?: (string);
}

export interface Circuit__Output {
  'provider': (string);
  'endpoint': (string);
  'model': (string);
  'state': (string);
}
