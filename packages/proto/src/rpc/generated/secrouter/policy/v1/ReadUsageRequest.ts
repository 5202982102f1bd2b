// Original file: proto/policy.proto


export interface ReadUsageRequest {
  'principal'?: (string);
  'cell'?: (string);
}

export interface ReadUsageRequest__Output {
  'principal': (string);
  'cell': (string);
}
