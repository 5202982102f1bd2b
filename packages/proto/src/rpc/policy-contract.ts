// Loads the gRPC contract. Longs travel as decimal strings: a revision never loses a digit to a double.
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ProtoGrpcType } from './generated/policy.ts';
import type { PolicyServiceClientConstructor } from './policy-service-types.ts';

const CONTRACT_FILE = fileURLToPath(new URL('../../proto/policy.proto', import.meta.url));

/** The service's client constructor and definition (`.service`) for a server. */
export function loadPolicyContract(): PolicyServiceClientConstructor {
  const definition = loadSync(CONTRACT_FILE, { longs: String, defaults: true, oneofs: true, bytes: Buffer });
  const loaded = loadPackageDefinition(definition) as unknown as ProtoGrpcType;
  return loaded.secrouter.policy.v1.PolicyService;
}
