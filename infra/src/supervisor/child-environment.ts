// What each process of the system is told by its environment: the one place where the quick start's wiring is written down.
import { homedir } from 'node:os';
import { type SystemSettings, usesTls } from './read-settings.ts';
import type { SystemHome } from './system-home.ts';

const LOOPBACK = '127.0.0.1';
// The whole system stops within 20 s; a production pod takes its time (120 s).
const POD_DRAIN_SECONDS = '6';

/** Everything a child's environment is made from. */
export interface Wiring {
  /** The supervisor's own environment: it reaches every child, so that a provider key in the shell works. */
  readonly environment: NodeJS.ProcessEnv;
  readonly settings: SystemSettings;
  readonly home: SystemHome;
  readonly configFile: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

export interface PodPlace {
  readonly podId: string;
  readonly port: number;
  readonly bindAddress: string;
}

export function migrateEnvironment(wiring: Wiring): NodeJS.ProcessEnv {
  return { ...common(wiring), ...stores(wiring) };
}

export function policyServerEnvironment(wiring: Wiring): NodeJS.ProcessEnv {
  return {
    ...common(wiring),
    ...stores(wiring),
    SECROUTER_CONFIG: wiring.configFile,
    SECROUTER_POLICY_PORT: String(wiring.settings.ports.policy),
    SECROUTER_SIGNING_KEY_FILE: wiring.home.snapshotSigningKeyFile,
    SECROUTER_AUDIT_SIGNING_KEY_FILE: wiring.home.auditSigningKeyFile,
  };
}

export function aggregatorEnvironment(wiring: Wiring): NodeJS.ProcessEnv {
  return {
    ...common(wiring),
    ...stores(wiring),
    SECROUTER_CONFIG: wiring.configFile,
    SECROUTER_AUDIT_SIGNING_KEY_FILE: wiring.home.auditSigningKeyFile,
    SECROUTER_CHECKPOINT_FILE: wiring.home.checkpointFile,
  };
}

export function consoleEnvironment(wiring: Wiring): NodeJS.ProcessEnv {
  const { ports } = wiring.settings;
  return {
    ...common(wiring),
    ...stores(wiring),
    SECROUTER_CONFIG: wiring.configFile,
    SECROUTER_CONSOLE_PORT: String(ports.console),
    SECROUTER_SIGNING_KEY_FILE: wiring.home.snapshotSigningKeyFile,
    SECROUTER_AUDIT_SIGNING_KEY_FILE: wiring.home.auditSigningKeyFile,
    SECROUTER_CHECKPOINT_FILE: wiring.home.checkpointFile,
    NEXTAUTH_SECRET_FILE: wiring.home.nextAuthSecretFile,
    NEXTAUTH_URL: `${usesTls(wiring.settings) ? 'https' : 'http'}://${LOOPBACK}:${ports.gateway}/admin/api/auth`,
    NEXT_TELEMETRY_DISABLED: '1',
  };
}

export function podEnvironment(wiring: Wiring, place: PodPlace): NodeJS.ProcessEnv {
  const { ports } = wiring.settings;
  return {
    SECROUTER_DRAIN_TIMEOUT: POD_DRAIN_SECONDS,
    ...wiring.settings.listenerTls,
    ...common(wiring),
    ...stores(wiring),
    // The database belongs to the control plane alone.
    DATABASE_URL: undefined,
    DATABASE_DIRECT_URL: undefined,
    SECROUTER_BIND: place.bindAddress,
    SECROUTER_PORT: String(place.port),
    SECROUTER_POD_ID: place.podId,
    SECROUTER_POLICY_URL: `${LOOPBACK}:${ports.policy}`,
    SECROUTER_CONSOLE_URL: `http://${LOOPBACK}:${ports.console}`,
    SECROUTER_STATE_DIR: wiring.home.podFolder(place.podId),
    SECROUTER_TRUSTED_SNAPSHOT_KEYS_FILE: wiring.home.trustedSnapshotKeysFile,
    SECROUTER_DRAIN_DELAY: '0',
    SECROUTER_DEV_PROVIDER_KEY: wiring.home.developmentProviderKey,
  };
}

export function identityProviderEnvironment(wiring: Wiring): NodeJS.ProcessEnv {
  const { ports } = wiring.settings;
  return {
    ...common(wiring),
    SECROUTER_IDP_PORT: String(ports.identityProvider),
    SECROUTER_PORT: String(ports.gateway),
    SECROUTER_CONSOLE_PORT: String(ports.console),
  };
}

export function modelProviderEnvironment(wiring: Wiring): NodeJS.ProcessEnv {
  return {
    ...common(wiring),
    SECROUTER_MODEL_PROVIDER_PORT: String(wiring.settings.ports.modelProvider),
    SECROUTER_DEV_PROVIDER_KEY: wiring.home.developmentProviderKey,
  };
}

// Only the data plane is reachable from elsewhere, when it is asked for; all other listeners stay on loopback.
function common({ environment, home }: Wiring): NodeJS.ProcessEnv {
  return {
    HOME: homedir(),
    ...environment,
    SECROUTER_HOME: home.folder,
    SECROUTER_BIND: LOOPBACK,
    NODE_ENV: 'production',
  };
}

// An address that belongs to stores of the shell's own must not reach processes that use the embedded ones.
function stores({ settings, databaseUrl, redisUrl }: Wiring): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...(settings.databaseUrl === undefined ? { DATABASE_DIRECT_URL: undefined } : {}),
    ...(settings.redisUrl === undefined ? { REDIS_QUEUE_URL: undefined } : {}),
  };
}
