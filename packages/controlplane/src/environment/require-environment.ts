// The environment of a control-plane process, or the end of the process: all problems are printed at once, exit 78.
import { EXIT_CONFIG, formatEnvironmentProblems, readEnvironment } from '@secrouter/proto';
import type { z } from 'zod';

/** Parses the variables that the schema names. Where any is wrong, prints them all and exits. */
export function requireEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<z.infer<Schema>> {
  const reading = readEnvironment(schema, environment);
  if (reading.outcome === 'read') return reading.value;
  process.stderr.write(`${formatEnvironmentProblems(reading.problems)}\n`);
  process.exit(EXIT_CONFIG);
}
