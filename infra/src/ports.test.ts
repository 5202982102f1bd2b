// The port table: defaults, moved ports, and every problem by name.
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findFreePort } from './free-port.ts';
import { findTakenPorts, readPorts } from './ports.ts';

describe('the ports', () => {
  it('are the documented ones when nothing is set', () => {
    expect(readPorts({})).toEqual({
      ports: {
        gateway: 18800,
        identityProvider: 18801,
        modelProvider: 18802,
        console: 18810,
        policy: 18811,
        postgres: 18832,
        redis: 18879,
      },
    });
  });

  it('move by their variables', () => {
    expect(readPorts({ SECROUTER_PORT: '28800', SECROUTER_REDIS_PORT: '28879' })).toMatchObject({
      ports: { gateway: 28800, redis: 28879, postgres: 18832 },
    });
  });

  it.each(['0', '65536', '18x', '-1', '1.5'])('refuse %s, naming the variable', (value) => {
    const reading = readPorts({ SECROUTER_CONSOLE_PORT: value });

    expect(reading).toEqual({ problems: [expect.stringMatching(/^SECROUTER_CONSOLE_PORT: expected .*65535/)] });
  });

  it('refuse one port for two listeners, naming both', () => {
    const reading = readPorts({ SECROUTER_IDP_PORT: '18800' });

    expect(reading).toEqual({ problems: [expect.stringMatching(/^SECROUTER_IDP_PORT: 18800 .*\(SECROUTER_PORT\)$/)] });
  });
});

describe('a taken port', () => {
  it('is one line with the port and the variable that moves it, and only for listeners that are opened', async () => {
    const port = await findFreePort();
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    const reading = readPorts({ SECROUTER_POLICY_PORT: String(port) });
    if ('problems' in reading) throw new Error(reading.problems.join());

    const lines = await findTakenPorts(reading.ports, ['policy'], '127.0.0.1');
    const otherLines = await findTakenPorts(
      { ...reading.ports, console: await findFreePort() },
      ['console'],
      '127.0.0.1',
    );
    await new Promise((resolve) => holder.close(resolve));

    expect(lines).toEqual([`port ${port} for the policy server is taken; set SECROUTER_POLICY_PORT to a free one`]);
    expect(otherLines).toEqual([]);
  });
});
