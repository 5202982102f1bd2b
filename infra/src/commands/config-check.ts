// `npm run config:check -- <file>`: says of every field of a configuration file whether it is used, replaced by
// something else, or refused and why; then the advice, and the problems last.
import { readFile } from 'node:fs/promises';
import { parseClassifierParameters } from '@secrouter/classifier';
import { type ConfigContext, type ConfigParse, type FieldVerdict, parseConfig } from '@secrouter/proto';

const EXIT_VALID = 0;
const EXIT_INVALID = 1;
const EXIT_USAGE = 2;

const LABELS = { used: 'used', replaced: 'replaced by', refused: 'refused because', note: 'note' } as const;
const LABEL_WIDTH = 17;

/** Checks one file and prints the report on stdout: 0 = it loads, 1 = it does not, 2 = called wrongly or not readable. */
export async function main(args: readonly string[]): Promise<number> {
  const [path, ...rest] = args;
  if (path === undefined || path.startsWith('-') || rest.length > 0)
    return fail('usage: npm run config:check -- <path of secrouter.config.json>');
  const text = await readText(path);
  if (text === undefined) return fail(`${path}: cannot be read as UTF-8 text`);
  const egressPath = process.env.SECROUTER_EGRESS_FILE;
  const egressFileText = egressPath === undefined ? undefined : await readText(egressPath);
  if (egressPath !== undefined && egressFileText === undefined)
    return fail(`SECROUTER_EGRESS_FILE: ${egressPath} cannot be read as UTF-8 text`);

  const result = parseConfig(text, {
    listenersOnLoopback: isLoopbackBind(process.env.SECROUTER_BIND),
    environmentNames: Object.keys(process.env),
    checkClassifier,
    ...(egressFileText === undefined ? {} : { egressFileText }),
  });
  process.stdout.write(`${reportLines(path, result).join('\n')}\n`);
  return result.outcome === 'parsed' ? EXIT_VALID : EXIT_INVALID;
}

const checkClassifier: NonNullable<ConfigContext['checkClassifier']> = (value) => {
  const parsed = parseClassifierParameters(value, 'classifier');
  return parsed.ok ? [] : parsed.problems;
};

/** The report, line by line. */
export function reportLines(path: string, result: ConfigParse): readonly string[] {
  const fields = result.fields.map(fieldLine);
  const ownLines = new Set(result.fields.filter((field) => field.message !== undefined).map((field) => field.path));
  const advice = result.warnings
    .filter((warning) => !ownLines.has(warning.path))
    .map((warning) => `  ${warning.path}: ${warning.message}`);
  const problems = result.outcome === 'refused' ? result.problems : [];
  return [
    ...fields,
    ...section(`${count(advice.length, 'further warning')}:`, advice),
    ...section(`${count(problems.length, 'problem')}:`, problems.map(problemLine)),
    '',
    `${path}: ${verdict(result)}`,
  ];
}

function fieldLine(field: FieldVerdict): string {
  // A field without effect is not replaced by anything: its message says so itself.
  const isIdle = field.verdict === 'replaced' && /^no(?:t in this version| effect yet)/.test(field.message ?? '');
  const label = (isIdle ? 'without effect' : LABELS[field.verdict]).padEnd(LABEL_WIDTH);
  return field.message === undefined ? `${label}${field.path}` : `${label}${field.path}: ${field.message}`;
}

function problemLine(problem: { readonly path: string; readonly message: string }): string {
  return problem.path === '' ? `  ${problem.message}` : `  ${problem.path}: ${problem.message}`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function verdict(result: ConfigParse): string {
  const fields = count(result.fields.length, 'field');
  const warnings = count(result.warnings.length, 'warning');
  if (result.outcome === 'parsed') return `loads (${fields}, ${warnings})`;
  return `does not load (${count(result.problems.length, 'problem')}, ${warnings})`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch {
    return undefined;
  }
}

/** The listener's default is loopback; only then may a file switch security off. */
function isLoopbackBind(bind: string | undefined): boolean {
  return bind === undefined || bind === 'localhost' || bind === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bind);
}

function fail(message: string): typeof EXIT_USAGE {
  process.stderr.write(`config:check: ${message}\n`);
  return EXIT_USAGE;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
