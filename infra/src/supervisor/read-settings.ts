// What one start of the quick start was asked for: environment, arguments and the fields of the configuration file
// that concern the listener. Every problem is reported at once.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseStrictJson, toPlainValue } from '@secrouter/proto';
import { type Listener, type Ports, readPorts } from '../ports.ts';
import { findConfigFile, homeFolder, QUICK_START_CONFIG } from '../project.ts';

const MOST_PODS = 16;
const MAX_CONFIG_DEPTH = 64;
const HIGHEST_PORT = 65_535;
const LOOPBACK = '127.0.0.1';

export interface SystemSettings {
  readonly home: string;
  readonly configFile: string;
  readonly isQuickStartConfig: boolean;
  readonly ports: Ports;
  /** Address of the data plane's listener; everything else listens on loopback only. */
  readonly bindAddress: string;
  /** TLS of the data plane's listener, as the pods' environment names it; empty without. */
  readonly listenerTls: Readonly<Record<string, string>>;
  readonly podCount: number;
  readonly isVerbose: boolean;
  /** Set: used instead of the embedded store. */
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** The development providers run only where the configuration refers to them. */
  readonly runsIdentityProvider: boolean;
  readonly runsModelProvider: boolean;
}

export type SettingsReading = { readonly settings: SystemSettings } | { readonly problems: readonly string[] };

/** Reads everything a start depends on. */
export function readSettings(environment: NodeJS.ProcessEnv, args: readonly string[]): SettingsReading {
  const options = readArguments(args);
  const configFile = findConfigFile(environment);
  const isQuickStartConfig = configFile === QUICK_START_CONFIG;
  const file = readConfigFile(configFile);
  const portVariables = environment.SECROUTER_PORT ? environment : { ...environment, SECROUTER_PORT: file.port };
  const ports = readPorts(portVariables);
  const problems = [options, file, ports].flatMap((part) => ('problems' in part ? part.problems : []));
  if (problems.length > 0 || 'problems' in ports || 'problems' in options) return { problems };

  const refersTo = (listener: Listener) => isQuickStartConfig || refersToPort(file.text, ports.ports[listener]);
  return {
    settings: {
      ...options,
      home: homeFolder(environment),
      configFile,
      isQuickStartConfig,
      ports: ports.ports,
      bindAddress: environment.SECROUTER_BIND || file.host || LOOPBACK,
      listenerTls: file.tls ?? {},
      databaseUrl: environment.DATABASE_URL || undefined,
      redisUrl: environment.REDIS_URL || undefined,
      runsIdentityProvider: refersTo('identityProvider'),
      runsModelProvider: refersTo('modelProvider'),
    },
  };
}

/** True when the data plane's listener terminates TLS itself. */
export function usesTls(settings: Pick<SystemSettings, 'listenerTls'>): boolean {
  return Object.keys(settings.listenerTls).length > 0;
}

/** The listeners that this system opens itself. */
export function listenersOf(settings: SystemSettings): readonly Listener[] {
  return [
    'gateway',
    'console',
    'policy',
    ...(settings.runsIdentityProvider ? (['identityProvider'] as const) : []),
    ...(settings.runsModelProvider ? (['modelProvider'] as const) : []),
    ...(settings.databaseUrl === undefined ? (['postgres'] as const) : []),
    ...(settings.redisUrl === undefined ? (['redis'] as const) : []),
  ];
}

function readArguments(args: readonly string[]): { podCount: number; isVerbose: boolean } | { problems: string[] } {
  try {
    const { values } = parseArgs({
      // npm takes the separating `--` away, other package managers leave it.
      args: args.filter((argument) => argument !== '--'),
      options: { pods: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false } },
    });
    const podCount = /^\d{1,2}$/.test(values.pods) ? Number(values.pods) : 0;
    if (podCount >= 1 && podCount <= MOST_PODS) return { podCount, isVerbose: values.verbose };
    return { problems: [`--pods: found "${values.pods}", expected a number from 1 to ${MOST_PODS}`] };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    return { problems: [`${reason}; usage: npm start -- [--pods N] [--verbose]`] };
  }
}

interface ConfigFileReading {
  readonly text: string;
  readonly port?: string;
  readonly host?: string;
  readonly tls?: Readonly<Record<string, string>>;
  readonly problems?: readonly string[];
}

// The policy server validates the file; a file it would refuse as a whole is left to it, with all its problems.
function readConfigFile(path: string): ConfigFileReading {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { text: '', problems: [`${path} cannot be read; SECROUTER_CONFIG names the configuration file`] };
  }
  const reading = parseStrictJson(text, { maxDepth: MAX_CONFIG_DEPTH }, 'jsonc');
  const root = reading.outcome === 'parsed' ? toPlainValue(text, reading.root) : undefined;
  if (typeof root !== 'object' || root === null) return { text };
  const port = 'port' in root ? root.port : undefined;
  const host = 'host' in root ? root.host : undefined;
  const isPort = Number.isInteger(port) && Number(port) >= 1 && Number(port) <= HIGHEST_PORT;
  return {
    text,
    ...(isPort ? { port: String(port) } : {}),
    ...(typeof host === 'string' && host !== '' ? { host } : {}),
    ...('tls' in root ? { tls: listenerTls(root.tls) } : {}),
  };
}

const TLS_VARIABLES = [
  ['certPath', 'SECROUTER_TLS_CERT_FILE'],
  ['keyPath', 'SECROUTER_TLS_KEY_FILE'],
  ['minVersion', 'SECROUTER_TLS_MIN_VERSION'],
  ['ciphers', 'SECROUTER_TLS_CIPHERS'],
] as const;

// Only `native` TLS is the listener's own; behind a front end there is nothing to do.
function listenerTls(tls: unknown): Readonly<Record<string, string>> {
  if (typeof tls !== 'object' || tls === null || !('mode' in tls) || tls.mode !== 'native') return {};
  const fields = tls as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    TLS_VARIABLES.flatMap(([field, variable]) => {
      const value = fields[field];
      return typeof value === 'string' && value !== '' ? [[variable, value]] : [];
    }),
  );
}

function refersToPort(text: string, port: number): boolean {
  return new RegExp(`//(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):${port}(?!\\d)`).test(text);
}
