// The composition root of a data-plane pod: builds everything, in order, and closes it in the opposite one.
import type { Logger } from 'pino';
import { buildPolicyPlane, type PolicyPlane } from './build-policy-plane.ts';
import { buildServices, type ServiceParts } from './build-services.ts';
import type { PodConfig } from './config.ts';
import { readLeftSpools } from './events/left-spools.ts';
import { recoverSpools } from './events/recover-spools.ts';
import { buildApp } from './http/app.ts';
import { createConsoleProxy } from './http/console-proxy.ts';
import { HTTP_LIMITS } from './http/http-limits.ts';
import { startManagementListener } from './http/management-listener.ts';
import { type Listener, startListener } from './http/start-listener.ts';
import type { ListenerTls } from './http/tls-context.ts';
import { POD_VERSION } from './observe/pod-version.ts';
import { trustedProxiesOf } from './request/trusted-proxies.ts';

const FLUSH_DEADLINE_MS = 5_000;

/** A running pod. */
export interface Pod {
  readonly listener: Listener;
  /** Drains and closes: readiness off, grace, streams, events, connections. */
  readonly close: () => Promise<void>;
}

/** Builds and starts a pod. Rejects when its port is taken, its folder cannot be written or its keys cannot be read. */
export async function startPod(config: PodConfig, log: Logger): Promise<Pod> {
  const parts = await buildServices(config, log);
  const plane = buildPolicyPlane(config, parts, log);
  const { services } = parts;
  await plane.start();
  void parts.redis.once('ready', () => void services.store.loadScripts().catch(() => undefined));
  const left = await readLeftSpools(parts.spoolDirectory, services.events.podStream);
  void recoverSpools(left, { identity: parts.identity, send: parts.queue.send, log });

  const consoleProxy = createConsoleProxy({
    target: new URL(config.SECROUTER_CONSOLE_URL),
    log: httpLog(log),
    identityOrigins: () =>
      services.policies.current?.config.security.oidc.map(({ issuer }) => new URL(issuer).origin) ?? [],
    trustedProxies: () => trustedProxiesOf(services.policies.current),
  });
  const app = buildApp({
    services,
    readiness: () => plane.state.readiness(),
    metricsBearer: () => metricsBearer(parts),
    readLedger: (principal) => plane.client.readUsage(principal),
    fleet: () => plane.state.fleet(),
    startedAtMs: services.nowMs(),
    console: consoleProxy,
    reloadSecrets: () => parts.upstream.secrets.reload(),
    isDraining: () => plane.state.isRefusing,
  });
  const listener = await startListener({
    handler: app,
    host: config.SECROUTER_BIND,
    port: config.SECROUTER_PORT,
    ...listenerTls(config),
    limits: { ...HTTP_LIMITS, maxConnections: config.SECROUTER_MAX_CONNECTIONS },
    log: httpLog(log),
    onRefused: (code) => services.metrics.refused(code),
  });
  const management = await startManagementListener(config, services, () => plane.state.readiness());
  const revision = () => services.policies.current?.snapshot.revision ?? null;
  services.trail.notePod('pod.start', 'ok', { version: POD_VERSION }, revision());
  log.info({ port: listener.address.port, podId: config.SECROUTER_POD_ID }, 'pod listens');

  const closeEdges = async () => {
    consoleProxy.close();
    await management?.close();
    services.trail.close();
    services.trail.notePod('pod.stop', 'ok', {}, revision());
  };
  return {
    listener,
    close: async () => {
      await drain(config, listener, plane, parts);
      await closeEdges();
      await closeParts(plane, parts);
    },
  };
}

// Certificate and key belong together; one alone would be an open listener that looks closed.
function listenerTls(config: PodConfig): { readonly tls?: ListenerTls } {
  const { SECROUTER_TLS_CERT_FILE: certPath, SECROUTER_TLS_KEY_FILE: keyPath } = config;
  if (certPath === undefined && keyPath === undefined) return {};
  if (certPath === undefined || keyPath === undefined)
    throw new Error('SECROUTER_TLS_CERT_FILE and SECROUTER_TLS_KEY_FILE belong together');
  const { SECROUTER_TLS_CLIENT_CA_FILE: clientCaPath, SECROUTER_TLS_CIPHERS: ciphers } = config;
  return {
    tls: {
      certPath,
      keyPath,
      minVersion: config.SECROUTER_TLS_MIN_VERSION,
      ...(ciphers === undefined ? {} : { ciphers }),
      ...(clientCaPath === undefined ? {} : { clientCaPath }),
    },
  };
}

// Readiness off -> grace -> refuse the new -> the running end, or are ended.
async function drain(
  config: PodConfig,
  listener: Listener,
  plane: PolicyPlane,
  { services }: ServiceParts,
): Promise<void> {
  const drainMs = config.SECROUTER_DRAIN_TIMEOUT * 1_000;
  plane.state.startDraining();
  listener.startDraining();
  await delay(config.SECROUTER_DRAIN_DELAY * 1_000);
  plane.state.startRefusing();
  const overdue = setTimeout(() => {
    services.running.abort('draining');
  }, drainMs);
  await listener.close(drainMs + FLUSH_DEADLINE_MS);
  clearTimeout(overdue);
}

// Events first, then the connections that they need.
async function closeParts(
  plane: PolicyPlane,
  { services, redis, queue, queueRedis, issuerKeys, upstream }: ServiceParts,
): Promise<void> {
  const { events, store, spool, forwarding, reading } = services;
  await events.close(FLUSH_DEADLINE_MS);
  if (events.backlog === 0) await store.dropPosition(events.podStream).catch(() => undefined);
  await spool.close();
  plane.close();
  issuerKeys.close();
  upstream.stop();
  await reading.close();
  await forwarding.connections.close();
  await queue.close().catch(() => undefined);
  redis.disconnect();
  queueRedis.disconnect();
}

function metricsBearer({ services, upstream }: ServiceParts): string | undefined {
  const metrics = services.policies.current?.config.security.metrics;
  if (metrics?.enabled !== true || metrics.bearer === undefined) return undefined;
  return upstream.secrets.resolve(metrics.bearer);
}

function delay(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

function httpLog(log: Logger) {
  return {
    info: (message: string, fields: Readonly<Record<string, unknown>> = {}) => log.info(fields, message),
    warn: (message: string, fields: Readonly<Record<string, unknown>> = {}) => log.warn(fields, message),
  };
}
