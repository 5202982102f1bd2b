// The balancer spreads connections, goes round pods that are away, and passes bytes through untouched.
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { findFreePort } from '../free-port.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { orderBackends } from './order-backends.ts';

describe('the order of pods', () => {
  it('takes turns among the ready ones and keeps the others for last', () => {
    const ready = new Set([1, 3]);

    expect([0, 1, 2].map((turn) => orderBackends([1, 2, 3], ready, turn))).toEqual([
      [1, 3, 2],
      [3, 1, 2],
      [1, 3, 2],
    ]);
  });
});

describe('the balancer', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function pod(name: string): Promise<number> {
    const server: Server = createServer((_request, response) => {
      response.setHeader('connection', 'close');
      response.write(`${name}:`);
      setImmediate(() => response.end('end'));
    });
    const port = await findFreePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    return port;
  }

  async function balance(backendPorts: readonly number[]): Promise<Balancer> {
    const balancer = await startBalancer({ port: 0, host: '127.0.0.1', backendPorts, isReady: async () => true });
    closers.push(() => balancer.close());
    return balancer;
  }

  const ask = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text();

  it('sends connections to the pods in turn', async () => {
    const { port } = await balance([await pod('a'), await pod('b')]);

    const answers = [await ask(port), await ask(port), await ask(port), await ask(port)];

    expect(answers).toEqual(['a:end', 'b:end', 'a:end', 'b:end']);
  });

  it('tries the next pod when one does not accept', async () => {
    const { port } = await balance([await findFreePort(), await pod('b')]);

    expect([await ask(port), await ask(port)]).toEqual(['b:end', 'b:end']);
  });

  it('closes the connection when no pod accepts', async () => {
    const { port } = await balance([await findFreePort()]);

    await expect(ask(port)).rejects.toThrow('fetch failed');
  });
});
