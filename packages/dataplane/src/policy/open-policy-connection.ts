// Builds the gRPC client: mTLS, or plain text on loopback only.
import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { loadPolicyContract, MAX_GRPC_MESSAGE_BYTES, type PolicyServiceClient } from '@secrouter/proto';
import type { PodConfig } from '../config.ts';

const KEEPALIVE_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 5_000;
const LOOPBACK = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\]):\d+$/;

/** Opens the client. Throws when plain text would leave this machine. */
export function openPolicyConnection(config: PodConfig): PolicyServiceClient {
  const Client = loadPolicyContract();
  return new Client(config.SECROUTER_POLICY_URL, channelCredentials(config), {
    'grpc.max_receive_message_length': MAX_GRPC_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_GRPC_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 5_000,
  });
}

function channelCredentials(config: PodConfig): ChannelCredentials {
  const { SECROUTER_POLICY_CA_FILE: ca, SECROUTER_POLICY_CERT_FILE: cert, SECROUTER_POLICY_KEY_FILE: key } = config;
  if (ca !== undefined && cert !== undefined && key !== undefined)
    return credentials.createSsl(readFileSync(ca), readFileSync(key), readFileSync(cert));
  if (LOOPBACK.test(config.SECROUTER_POLICY_URL)) return credentials.createInsecure();
  throw new Error(
    'SECROUTER_POLICY_URL is not on loopback: set SECROUTER_POLICY_CA_FILE, SECROUTER_POLICY_CERT_FILE and SECROUTER_POLICY_KEY_FILE',
  );
}
