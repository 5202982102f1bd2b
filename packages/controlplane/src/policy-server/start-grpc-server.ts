// The gRPC listener: mTLS, or plaintext where the settings allow it (loopback alone). Bounds and keepalive in one place.
import { readFile } from 'node:fs/promises';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { loadPolicyContract, MAX_GRPC_MESSAGE_BYTES, type PolicyServiceHandlers } from '@secrouter/proto';
import type { PolicyServerConfig } from './config.ts';

/** A half-open stream is noticed after the sum of both; pods must re-dial within 30 s. */
const KEEPALIVE_TIME_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 5_000;
/** One pod needs one stream and a few usage readings at a time. */
const MAX_CONCURRENT_CALLS_PER_CONNECTION = 64;
const SHUTDOWN_TIMEOUT_MS = 5_000;

export interface GrpcServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Binds and serves the contract. */
export async function startGrpcServer(
  config: Pick<PolicyServerConfig, 'bind' | 'port' | 'tls'>,
  handlers: PolicyServiceHandlers,
): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_GRPC_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_GRPC_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': MAX_CONCURRENT_CALLS_PER_CONNECTION,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.keepalive_permit_without_calls': 1,
  });
  server.addService(loadPolicyContract().service, handlers);
  const credentials = await serverCredentials(config.tls);
  const host = config.bind.includes(':') ? `[${config.bind}]` : config.bind;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${config.port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, close: () => closeServer(server) };
}

async function serverCredentials(tls: PolicyServerConfig['tls']): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const [certificate, key, authority] = await Promise.all(
    [tls.certFile, tls.keyFile, tls.caFile].map((f) => readFile(f)),
  );
  if (certificate === undefined || key === undefined || authority === undefined)
    throw new Error('three files are read');
  // Client certificates are required: a policy is for this fleet's pods alone.
  return ServerCredentials.createSsl(authority, [{ cert_chain: certificate, private_key: key }], true);
}

async function closeServer(server: Server): Promise<void> {
  const forced = setTimeout(() => server.forceShutdown(), SHUTDOWN_TIMEOUT_MS);
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  clearTimeout(forced);
}
