// `npm run env:example`: prints `.env.example` from the processes' own schemas; a test compares it with the file.
import { hostname } from 'node:os';
import {
  aggregatorEnvironmentSchema,
  consoleEnvironmentSchema,
  migrationEnvironmentSchema,
  policyServerEnvironmentSchema,
} from '@secrouter/controlplane';
import { podEnvironmentSchema } from '@secrouter/dataplane';
import type { z } from 'zod';
import { PORT_TABLE } from '../ports.ts';

const SECTIONS: readonly { readonly title: string; readonly schema: z.ZodObject }[] = [
  { title: 'Data-plane pod', schema: podEnvironmentSchema },
  { title: 'Policy server', schema: policyServerEnvironmentSchema },
  { title: 'Aggregator', schema: aggregatorEnvironmentSchema },
  { title: 'Console', schema: consoleEnvironmentSchema },
  { title: 'Migration', schema: migrationEnvironmentSchema },
];

const QUICK_START: readonly (readonly [name: string, value: string, description: string])[] = [
  ['SECROUTER_HOME', '.secrouter', 'Folder of the quick start: databases, keys, logs'],
  ['SECROUTER_CONFIG', '', 'Your configuration file; without it a development configuration is written'],
  ['DATABASE_URL', '', 'An existing PostgreSQL instead of the embedded one'],
  ['REDIS_URL', '', 'An existing Redis instead of the embedded one'],
  ...PORT_TABLE.map(({ variable, defaultPort, label }) => [variable, String(defaultPort), `Port of ${label}`] as const),
];

/** Prints the file. */
export function main(): number {
  process.stdout.write(envExample());
  return 0;
}

/** The text of `.env.example`. Variables are commented out with their defaults; required ones have no value. */
export function envExample(): string {
  const sections = SECTIONS.map(({ title, schema }) => section(title, variablesOf(schema)));
  return [HEADER, section('Quick start (npm start)', QUICK_START), ...sections].join('\n');
}

const HEADER = `# Every variable that a SecRouter process reads, with its default. Written by \`npm run env:example\`.
# A variable that is set and invalid ends its process with status 78 and one line for each problem.
`;

function section(
  title: string,
  variables: readonly (readonly [name: string, value: string, description: string])[],
): string {
  const lines = variables.map(([name, value, description]) => `# ${description}\n# ${name}=${value}\n`);
  return `# --- ${title} ---\n\n${lines.join('\n')}`;
}

function variablesOf(schema: z.ZodObject): readonly (readonly [name: string, value: string, description: string])[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const type = field as z.ZodType;
    const parsed = type.safeParse(undefined);
    const isRequired = !parsed.success;
    const isHostName = parsed.success && name.endsWith('_ID') && String(parsed.data).includes(hostname());
    const value = isRequired || isHostName || parsed.data === undefined ? '' : String(parsed.data);
    const note = isRequired ? ' (required)' : isHostName ? " (default: from the host's name)" : '';
    return [name, value, `${type.description ?? name}${note}`];
  });
}
