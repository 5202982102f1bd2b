// What a start was asked for, read from environment, arguments and the configuration file.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { QUICK_START_CONFIG } from '../project.ts';
import { listenersOf, readSettings, type SystemSettings } from './read-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'secrouter-settings-'));
const configFile = join(folder, 'own.json');
afterAll(() => rmSync(folder, { recursive: true }));

function settingsOf(environment: NodeJS.ProcessEnv, args: readonly string[] = []): SystemSettings {
  const reading = readSettings({ SECROUTER_CONFIG: QUICK_START_CONFIG, ...environment }, args);
  if ('problems' in reading) throw new Error(reading.problems.join('\n'));
  return reading.settings;
}

describe('the settings of a start', () => {
  it('are one pod, quiet, on the embedded stores and development providers', () => {
    const settings = settingsOf({});

    expect(settings).toMatchObject({ podCount: 1, isVerbose: false, bindAddress: '127.0.0.1', databaseUrl: undefined });
    expect(listenersOf(settings)).toEqual(
      expect.arrayContaining(['identityProvider', 'modelProvider', 'postgres', 'redis']),
    );
  });

  it.each([[['--pods', '3', '--verbose']], [['--', '--pods=3', '--verbose']]])('take %j', (args) => {
    expect(settingsOf({}, args)).toMatchObject({ podCount: 3, isVerbose: true });
  });

  it('name every problem at once', () => {
    const reading = readSettings({ SECROUTER_PORT: 'x', SECROUTER_CONFIG: join(folder, 'absent.json') }, [
      '--pods',
      '0',
    ]);

    expect(reading).toEqual({
      problems: [
        expect.stringContaining('--pods'),
        expect.stringContaining('absent.json cannot be read'),
        expect.stringContaining('SECROUTER_PORT'),
      ],
    });
  });

  it('refuse an unknown argument with the usage', () => {
    expect(readSettings({ SECROUTER_CONFIG: QUICK_START_CONFIG }, ['--pod', '3'])).toEqual({
      problems: [expect.stringContaining('usage: npm start')],
    });
  });

  it('open no embedded store where an address is given', () => {
    const listeners = listenersOf(settingsOf({ DATABASE_URL: 'postgresql://db/x', REDIS_URL: 'redis://r' }));

    expect(listeners).not.toContain('postgres');
    expect(listeners).not.toContain('redis');
  });
});

describe("a user's own configuration file", () => {
  it('gives the listener its port and host, comments or not, and needs no development provider', () => {
    writeFileSync(configFile, '{ // ours\n "port": 9000, "host": "0.0.0.0", "providers": {}, }');

    const settings = settingsOf({ SECROUTER_CONFIG: configFile });

    expect(settings).toMatchObject({ bindAddress: '0.0.0.0', runsIdentityProvider: false, runsModelProvider: false });
    expect(settings.ports.gateway).toBe(9000);
  });

  it('gives way to the environment', () => {
    writeFileSync(configFile, '{ "port": 9000, "host": "0.0.0.0" }');

    const settings = settingsOf({ SECROUTER_CONFIG: configFile, SECROUTER_PORT: '9100', SECROUTER_BIND: '127.0.0.1' });

    expect(settings).toMatchObject({ bindAddress: '127.0.0.1', ports: { gateway: 9100 } });
  });

  it('gets the development provider whose port it names', () => {
    writeFileSync(
      configFile,
      '{ "security": { "oidc": { "issuer": "http://127.0.0.1:18801" } }, "x": "http://h:188021" }',
    );

    const settings = settingsOf({ SECROUTER_CONFIG: configFile });

    expect(settings).toMatchObject({ runsIdentityProvider: true, runsModelProvider: false });
  });
});
