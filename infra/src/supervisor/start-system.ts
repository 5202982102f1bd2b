// The composition root of the quick start: builds every part in order, and ends them in order whatever happened.
import { setTimeout as delay } from 'node:timers/promises';
import { startBalancer } from '../balancer/balancer.ts';
import { findFreePort } from '../free-port.ts';
import { startPostgres } from '../stores/postgres.ts';
import { startRedis } from '../stores/redis.ts';
import { migrateEnvironment, type PodPlace, type Wiring } from './child-environment.ts';
import { type CloseGroup, inCloseOrder } from './close-order.ts';
import { Component, type Running } from './component.ts';
import { followLog, type LogFollower } from './log-follower.ts';
import { notableText } from './log-line.ts';
import { openService, runToEnd } from './open-service.ts';
import { configFileFor } from './quick-start-config.ts';
import type { SystemSettings } from './read-settings.ts';
import { answersOk } from './readiness.ts';
import { controlPlaneRows, MIGRATE_SCRIPT, podRow, providerRows, type ServiceRow } from './service-table.ts';
import type { SystemHome } from './system-home.ts';
import type { Terminal } from './terminal.ts';

const CLOSE_TIMEOUT_MS = 18_000;
const MIGRATE_STOP_TIMEOUT_MS = 5_000;

export interface SystemOptions {
  readonly settings: SystemSettings;
  readonly home: SystemHome;
  readonly environment: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  /** Resolves when the console is built; awaited before it is started. */
  readonly consoleBuilt: Promise<void>;
}

/** The running system. */
export class System {
  readonly #options: SystemOptions;
  readonly #components: { group: CloseGroup; member: Component }[] = [];
  readonly #logs: LogFollower[] = [];
  readonly #closing = new AbortController();

  constructor(options: SystemOptions) {
    this.#options = options;
  }

  /** Opens every part; rejects at the first that fails. The caller closes in either case. */
  async open(): Promise<void> {
    const { settings, consoleBuilt } = this.#options;
    const [databaseUrl, redisUrl] = await Promise.all([this.#openPostgres(), this.#openRedis()]);
    const wiring: Wiring = { ...this.#options, databaseUrl, redisUrl, configFile: configFileFor(settings) };
    await Promise.all([this.#migrate(wiring), ...providerRows(wiring).map((row) => this.#openService(row))]);
    await consoleBuilt;
    await Promise.all(controlPlaneRows(wiring).map((row) => this.#openService(row)));
    await this.#openPods(wiring);
  }

  /** Ends everything in order: pods first, stores last; what is left after the bound is killed. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the system is being stopped'));
    const groups = inCloseOrder(this.#components);
    const finished = (async () => {
      for (const group of groups) await Promise.all(group.map((component) => component.close()));
    })();
    const timer = new AbortController();
    const outOfTime = delay(CLOSE_TIMEOUT_MS, undefined, { signal: timer.signal }).then(
      () => this.#killAll(),
      () => {},
    );
    await Promise.race([finished, outOfTime]);
    timer.abort();
    for (const log of this.#logs) log.close();
  }

  /** Kills all but the stores, so that a close in progress goes on at once. */
  async hasten(): Promise<void> {
    await Promise.all(this.#components.filter(({ group }) => group !== 'stores').map(({ member }) => member.kill()));
  }

  async #killAll(): Promise<void> {
    await Promise.all(this.#components.map(({ member }) => member.kill()));
  }

  async #openPostgres(): Promise<string> {
    const { settings, home } = this.#options;
    if (settings.databaseUrl !== undefined) return settings.databaseUrl;
    const logFile = home.logFile('postgres');
    // What the stores call an error (a unique key doing its work) is none of the reader's; their end is reported anyway.
    this.#follow('postgres', logFile, false);
    const port = settings.ports.postgres;
    const open = () => startPostgres({ directory: home.postgresFolder, port, logFile });
    return (await this.#openComponent('postgres', 'stores', open, `127.0.0.1:${port}`)).url;
  }

  async #openRedis(): Promise<string> {
    const { settings, home, terminal } = this.#options;
    if (settings.redisUrl !== undefined) return settings.redisUrl;
    const logFile = home.logFile('redis');
    this.#follow('redis', logFile, false);
    const port = settings.ports.redis;
    const open = () => startRedis({ directory: home.redisFolder, port, logFile, say: terminal.say });
    return (await this.#openComponent('redis', 'stores', open, `127.0.0.1:${port}`)).url;
  }

  async #migrate(wiring: Wiring): Promise<void> {
    const logFile = this.#options.home.logFile('migrate');
    this.#follow('migrate', logFile);
    const environment = migrateEnvironment(wiring);
    const options = {
      name: 'migrate',
      script: MIGRATE_SCRIPT,
      environment,
      logFile,
      stopTimeoutMs: MIGRATE_STOP_TIMEOUT_MS,
    };
    await runToEnd(options, this.#closing.signal);
    this.#options.terminal.say('database schema is current');
  }

  async #openService(row: ServiceRow): Promise<void> {
    const logFile = this.#options.home.logFile(row.name);
    const log = this.#follow(row.name, logFile);
    const options = { ...row, logFile };
    const open = (signal: AbortSignal) => openService({ ...options, isReady: row.isReady(log) }, signal);
    await this.#openComponent(row.name, row.group, open, row.address);
  }

  async #openPods(wiring: Wiring): Promise<void> {
    const { podCount, ports, bindAddress } = wiring.settings;
    if (podCount === 1) {
      await this.#openService(podRow(wiring, { podId: 'pod-1', port: ports.gateway, bindAddress }));
      return;
    }
    const places: PodPlace[] = [];
    for (let number = 1; number <= podCount; number += 1) {
      places.push({ podId: `pod-${number}`, port: await findFreePort(), bindAddress: '127.0.0.1' });
    }
    await Promise.all(places.map((place) => this.#openService(podRow(wiring, place))));
    const backendPorts = places.map((place) => place.port);
    const open = () => openBalancer(ports.gateway, bindAddress, backendPorts);
    await this.#openComponent('balancer', 'balancer', open, `${bindAddress}:${ports.gateway}`);
  }

  async #openComponent<Kind extends Running>(
    name: string,
    group: CloseGroup,
    open: (signal: AbortSignal) => Promise<Kind>,
    address: string,
  ): Promise<Kind> {
    const { say } = this.#options.terminal;
    const component = new Component({ name, open, say });
    this.#closing.signal.throwIfAborted();
    // Listed before it is open: a stop that comes while it opens has to end it too.
    this.#components.push({ group, member: component });
    const running = await component.open();
    say(`${name} serves at ${address}`);
    return running;
  }

  #follow(name: string, logFile: string, showsWarnings = true): LogFollower {
    const { settings, terminal } = this.#options;
    const log = followLog(logFile);
    this.#logs.push(log);
    log.onLine((line) => {
      const text = settings.isVerbose ? line : showsWarnings ? notableText(line) : undefined;
      if (text !== undefined) terminal.relay(name, text);
    });
    return log;
  }
}

async function openBalancer(port: number, host: string, backendPorts: readonly number[]): Promise<Running> {
  const isReady = (backend: number) => answersOk(`http://127.0.0.1:${backend}/ready`);
  const balancer = await startBalancer({ port, host, backendPorts, isReady });
  // It lives in this process, so it ends only when it is told to.
  const ended = Promise.withResolvers<void>();
  const close = () => balancer.close().then(ended.resolve);
  return { exited: ended.promise, close, kill: close };
}
