// Original file: proto/policy.proto


export interface LiveModels {
  'provider'?: (string);
  'models'?: (string)[];
  'endpoint'?: (string);
  'at'?: (string);
}

export interface LiveModels__Output {
  'provider': (string);
  'models': (string)[];
  'endpoint': (string);
  'at': (string);
}
