// The operational blocks of `security` and the listener's TLS: audit, resilience, metrics, CORS, proxies.
import type { AuditConfig, CheckpointSink, ResilienceConfig, SecurityConfig, TlsConfig } from './config-types.ts';
import { object, stated } from './object-reader.ts';
import { boolean, environmentName, integer, list, oneOf, type Reader, text } from './read-value.ts';

const MAX_SECONDS = 30 * 86_400;
/** Longer than a day says nothing of now. */
const LONGEST_HEALTH_INTERVAL_SECONDS = 86_400;
const MAX_RETENTION_DAYS = 36_500;
/** Checkpoints are at most 10 s apart while events arrive. */
const DEFAULT_CHECKPOINT_SECONDS = 10;

const sink: Reader<CheckpointSink> = object((fields) => ({
  type: fields.required('type', oneOf('file', 'syslog', 'http', 's3'), 'file'),
  target: fields.required('target', text(), ''),
}));

const checkpoints: Reader<AuditConfig['checkpoints']> = object((fields) => ({
  intervalSeconds: fields.withDefault(
    'intervalSec',
    integer(1, DEFAULT_CHECKPOINT_SECONDS),
    DEFAULT_CHECKPOINT_SECONDS,
  ),
  sinks: fields.withDefault('sinks', list(sink), []),
}));

const syslog: Reader<NonNullable<AuditConfig['syslog']>> = object((fields) => ({
  host: fields.required('host', text(/^[^\s/@]+$/, 'a host'), ''),
  port: fields.required('port', integer(1, 65_535), 0),
  protocol: fields.withDefault('protocol', oneOf('tcp', 'tls', 'udp'), 'udp'),
  format: fields.withDefault('format', oneOf('cef', 'json'), 'cef'),
}));

export const DEFAULT_AUDIT: AuditConfig = {
  failClosed: true,
  checkpoints: { intervalSeconds: DEFAULT_CHECKPOINT_SECONDS, sinks: [] },
};

/** `security.audit`; retention of 0 days keeps everything, like silence. */
export const audit: Reader<AuditConfig> = object((fields) => {
  const retentionDays = fields.optional('retentionDays', integer(0, MAX_RETENTION_DAYS));
  return stated({
    failClosed: fields.withDefault('failClosed', boolean, true),
    retentionDays: retentionDays === 0 ? undefined : retentionDays,
    syslog: fields.optional('syslog', syslog),
    checkpoints: fields.withDefault('checkpoints', checkpoints, DEFAULT_AUDIT.checkpoints),
  });
});

export const DEFAULT_RESILIENCE: ResilienceConfig = {
  circuitThreshold: 5,
  cooldownSeconds: 30,
  budgetStance: 'closed',
};

/** `security.resilience`. */
export const resilience: Reader<ResilienceConfig> = object((fields) =>
  stated({
    circuitThreshold: fields.withDefault(
      'circuitThreshold',
      integer(1, 1_000_000),
      DEFAULT_RESILIENCE.circuitThreshold,
    ),
    cooldownSeconds: fields.withDefault('cooldownSec', integer(1, MAX_SECONDS), DEFAULT_RESILIENCE.cooldownSeconds),
    healthIntervalSeconds: fields.optional('healthIntervalSec', integer(0, LONGEST_HEALTH_INTERVAL_SECONDS)),
    budgetStance: fields.withDefault('budgetStance', oneOf('closed', 'grace'), 'closed'),
    maxSnapshotAgeSeconds: fields.optional('maxSnapshotAgeSec', integer(1, 365 * 86_400)),
  }),
);

/** `security.metrics`: on only where it says so. */
export const metrics: Reader<SecurityConfig['metrics']> = object((fields) => {
  const key = fields.optional('bearerEnvKey', environmentName);
  const enabled = fields.withDefault('enabled', boolean, false);
  if (enabled && key === undefined) fields.place.advise('the scrape needs no bearer: guard it by the network');
  return stated({ enabled, bearer: key === undefined ? undefined : ({ type: 'env', key } as const) });
});

const origin = text(/^https?:\/\/[^/\s@]+$/, 'an origin such as https://chat.example.com, without a path');

/** `security.cors`: no origin unless it is listed. */
export const cors: Reader<SecurityConfig['cors']> = object((fields) => ({
  allowedOrigins: fields.withDefault('allowedOrigins', list(origin), []),
}));

/** The listener's TLS: `frontend` means that a proxy in front terminates it. */
export const tls: Reader<TlsConfig> = object((fields) => {
  const mode = fields.withDefault('mode', oneOf('off', 'frontend', 'native'), 'off');
  const certPath = fields.optional('certPath', text());
  const keyPath = fields.optional('keyPath', text());
  if (mode === 'native' && certPath === undefined) fields.place.at('certPath').refuse('is required with mode "native"');
  if (mode === 'native' && keyPath === undefined) fields.place.at('keyPath').refuse('is required with mode "native"');
  return stated({
    mode,
    certPath,
    keyPath,
    minVersion: fields.optional('minVersion', oneOf('TLSv1.2', 'TLSv1.3')),
    ciphers: fields.optional('ciphers', text()),
  });
});
