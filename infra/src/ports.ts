// The quick start's addresses on 127.0.0.1: each listener, its default port and the variable that moves it.
import { createServer } from 'node:net';
import { integerVariable, readEnvironment } from '@secrouter/proto';
import { z } from 'zod';

export const PORT_TABLE = [
  { listener: 'gateway', variable: 'SECROUTER_PORT', defaultPort: 18_800, label: 'the data plane' },
  { listener: 'identityProvider', variable: 'SECROUTER_IDP_PORT', defaultPort: 18_801, label: 'the identity provider' },
  {
    listener: 'modelProvider',
    variable: 'SECROUTER_MODEL_PROVIDER_PORT',
    defaultPort: 18_802,
    label: 'the model provider',
  },
  { listener: 'console', variable: 'SECROUTER_CONSOLE_PORT', defaultPort: 18_810, label: 'the console' },
  { listener: 'policy', variable: 'SECROUTER_POLICY_PORT', defaultPort: 18_811, label: 'the policy server' },
  { listener: 'postgres', variable: 'SECROUTER_POSTGRES_PORT', defaultPort: 18_832, label: 'PostgreSQL' },
  { listener: 'redis', variable: 'SECROUTER_REDIS_PORT', defaultPort: 18_879, label: 'Redis' },
] as const;

export type Listener = (typeof PORT_TABLE)[number]['listener'];
export type Ports = Readonly<Record<Listener, number>>;

/** Every port from the environment, or every problem: a variable that is no port, two listeners on one. */
export function readPorts(environment: NodeJS.ProcessEnv): { ports: Ports } | { problems: readonly string[] } {
  const shape = PORT_TABLE.map(({ variable, defaultPort }) => [
    variable,
    integerVariable(1, 65_535).default(defaultPort),
  ]);
  const reading = readEnvironment(z.object(Object.fromEntries(shape)), environment);
  if (reading.outcome === 'refused') {
    return { problems: reading.problems.map(({ name, message }) => `${name}: ${message}`) };
  }
  const values = reading.value as Readonly<Record<string, number>>;
  const ports = Object.fromEntries(PORT_TABLE.map(({ listener, variable }) => [listener, values[variable]])) as Ports;
  const problems = PORT_TABLE.flatMap(({ listener, variable }, index) => {
    const twin = PORT_TABLE.slice(0, index).find((other) => ports[other.listener] === ports[listener]);
    return twin === undefined
      ? []
      : [`${variable}: ${ports[listener]} is also the port of ${twin.label} (${twin.variable})`];
  });
  return problems.length > 0 ? { problems } : { ports };
}

/** One line for each of the listeners whose port somebody else holds. */
export async function findTakenPorts(
  ports: Ports,
  listeners: readonly Listener[],
  host: string,
): Promise<readonly string[]> {
  const rows = PORT_TABLE.filter(({ listener }) => listeners.includes(listener));
  const lines = rows.map(async ({ listener, variable, label }) => {
    const address = listener === 'gateway' ? host : '127.0.0.1';
    const problem = await listenProblem(ports[listener], address);
    if (problem === undefined) return [];
    if (problem !== 'EADDRINUSE') return [`port ${ports[listener]} for ${label}: ${address} gives ${problem}`];
    return [`port ${ports[listener]} for ${label} is taken; set ${variable} to a free one`];
  });
  return (await Promise.all(lines)).flat();
}

function listenProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
