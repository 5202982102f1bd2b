// Reads a process' environment against a schema and reports every problem at once. Values of secrets are never shown.
import { z } from 'zod';

/** Exit status of a process whose environment or configuration is wrong (sysexits.h, EX_CONFIG). */
export const EXIT_CONFIG = 78;

/** One variable that is wrong. */
export interface EnvironmentProblem {
  readonly name: string;
  readonly message: string;
}

/** A port number as text; nothing is coerced beyond the decimal reading. */
export const portVariable = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port number')
  .transform(Number)
  .refine((port) => port <= 65_535, 'expected a port number up to 65535');

/** A whole number as text, within bounds. */
export function integerVariable(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `expected a whole number from ${min} to ${max}`);
}

/** `true` or `false`, nothing else. */
export const booleanVariable = z.enum(['true', 'false']).transform((value) => value === 'true');

/**
 * Parses the variables that the schema names. A set but empty variable counts as unset.
 * Names that look secret (KEY, SECRET, PASSWORD, TOKEN, or a URL with a password) are reported without their value.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
):
  | { readonly outcome: 'read'; readonly value: Readonly<z.infer<Schema>> }
  | { readonly outcome: 'refused'; readonly problems: readonly EnvironmentProblem[] } {
  const named = Object.fromEntries(
    Object.keys(schema.shape)
      .filter((name) => environment[name] !== undefined && environment[name] !== '')
      .map((name) => [name, environment[name]]),
  );
  const parsed = schema.safeParse(named);
  if (parsed.success) return { outcome: 'read', value: Object.freeze(parsed.data) };
  return {
    outcome: 'refused',
    problems: parsed.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? '');
      return { name, message: `${issue.message} (found ${describeFound(name, named[name])})` };
    }),
  };
}

/** The lines that a process prints before it exits with `EXIT_CONFIG`. */
export function formatEnvironmentProblems(problems: readonly EnvironmentProblem[]): string {
  return problems.map(({ name, message }) => `${name}: ${message}`).join('\n');
}

const SECRET_NAME = /KEY|SECRET|PASSWORD|TOKEN|_URL$/;
const LONGEST_SHOWN_VALUE = 80;

function describeFound(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if (SECRET_NAME.test(name)) return `a value of ${value.length} characters`;
  return JSON.stringify(value.slice(0, LONGEST_SHOWN_VALUE));
}
