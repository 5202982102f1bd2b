// `npm run token:check -- [--config <file>] [--at <unix seconds>] [file]`: reads a token, or claims as JSON, from a file or
// stdin and prints each rule's verdict. The signature is verified where the issuer's keys can be fetched. The token itself
// is never printed, and never taken from the command line, where a shell would keep it.
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import {
  type FetchJson,
  fetchKeySet,
  type IssuerRules,
  issuerNamespaces,
  type KeySet,
  keyFetchTimeoutMs,
  parseConfig,
  type TokenReason,
  verifyToken,
} from '@secrouter/proto';
import { findConfigFile } from '../project.ts';
import { type RuleVerdict, readTokenInput, reportToken, type TokenInput, type TokenReport } from './token-report.ts';

const EXIT_ACCEPTED = 0;
const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;
const RULE_WIDTH = 16;
const VERDICT_WIDTH = 12;
const USAGE =
  'usage: npm run token:check -- [--config <file>] [--at <unix seconds>] [file with a token or claims; else stdin]';

/** Where the input comes from and where the report goes; tests bring their own. */
export interface TokenCheckPorts {
  readonly readInput: () => Promise<string>;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly fetchJson: FetchJson;
  readonly nowSeconds: number;
}

/** Checks one token: 0 = it would be accepted, 1 = it would not, 2 = called wrongly or nothing to read. */
export async function main(args: readonly string[], ports: TokenCheckPorts = processPorts()): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') return fail(ports, options);
  const configText = await readFile(options.config, 'utf8').catch(() => undefined);
  if (configText === undefined) return fail(ports, `${options.config}: cannot be read`);
  const config = parseConfig(configText, { listenersOnLoopback: true });
  if (config.outcome === 'refused')
    return fail(ports, `${options.config}: does not load; npm run config:check -- ${options.config} says why`);
  const source = options.file === undefined ? ports.readInput() : readFile(options.file, 'utf8');
  const input = readTokenInput(await source.catch(() => ''));
  if (input === undefined) return fail(ports, 'there is neither a token nor a JSON object of claims in the input');

  const report = reportToken(input, config.config, options.at ?? ports.nowSeconds);
  const signature = await signatureVerdict(input, report, config.config.security.oidc, ports);
  ports.print(`${reportLines(report, signature).join('\n')}\n`);
  return report.outcome.outcome === 'accepted' && signature.verdict !== 'refused' ? EXIT_ACCEPTED : EXIT_REFUSED;
}

interface Options {
  readonly config: string;
  readonly at?: number;
  readonly file?: string;
}

function readOptions(args: readonly string[]): Options | string {
  let config = findConfigFile(process.env);
  let at: number | undefined;
  let file: string | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    const value = args[index + 1];
    if (argument === '--config' || argument === '--at') {
      if (value === undefined) return USAGE;
      if (argument === '--config') config = value;
      else if (/^\d{1,12}$/.test(value)) at = Number(value);
      else return `--at: found "${value}", expected seconds since 1970`;
      index += 1;
    } else if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(argument) && argument.length > 100) {
      return 'a token on the command line stays in the shell history: give it on stdin or in a file';
    } else if ((argument.startsWith('-') && argument !== '-') || file !== undefined) return USAGE;
    else if (argument !== '-') file = argument;
  }
  return { config, ...(at === undefined ? {} : { at }), ...(file === undefined ? {} : { file }) };
}

/** Reasons that only the keys can bring. */
const SIGNATURE_REASONS: readonly TokenReason[] = [
  'no_key',
  'ambiguous_key',
  'key_algorithm_mismatch',
  'bad_signature',
];

async function signatureVerdict(
  input: TokenInput,
  { rules, outcome }: TokenReport,
  oidc: readonly IssuerRules[],
  { fetchJson, nowSeconds }: TokenCheckPorts,
): Promise<RuleVerdict> {
  const notJudged = (detail: string): RuleVerdict => ({ rule: 'signature', verdict: 'not judged', detail });
  if (input.kind === 'claims') return notJudged('claims have none');
  if (rules === undefined) return notJudged('without a trusted issuer there are no keys');
  if (outcome.outcome === 'refused' && outcome.reason === 'algorithm_not_allowed')
    return notJudged('its algorithm is not allowed');
  const fetched = await fetchKeySet(rules, fetchJson, AbortSignal.timeout(2 * keyFetchTimeoutMs));
  if (fetched.outcome === 'failed') return notJudged(`the keys could not be had: ${fetched.failure}`);
  const namespace = issuerNamespaces(oidc)[oidc.indexOf(rules)];
  if (namespace === undefined) return notJudged('without a trusted issuer there are no keys');
  const issuers = [{ rules, namespace, keys: fixedKeys(fetched.keySet) }];
  const judged = await verifyToken(input.token, { issuers, nowSeconds, policyNamesGroups: false });
  const isBad = judged.outcome === 'refused' && SIGNATURE_REASONS.includes(judged.reason);
  return isBad
    ? { rule: 'signature', verdict: 'refused', detail: `${judged.code}: ${judged.reason}` }
    : { rule: 'signature', verdict: 'holds', detail: `by a key of ${fetched.jwksUri}` };
}

function fixedKeys(keySet: KeySet) {
  const view = { outcome: 'usable' as const, keySet, isStale: false };
  return { current: () => view, findKid: async () => view };
}

function reportLines({ verdicts, outcome }: TokenReport, signature: RuleVerdict): readonly string[] {
  const lines = [...verdicts, signature].map(
    ({ rule, verdict, detail }) => `${rule.padEnd(RULE_WIDTH)}${verdict.padEnd(VERDICT_WIDTH)}${detail}`,
  );
  return [...lines, '', answerLine(outcome, signature)];
}

function answerLine(outcome: TokenReport['outcome'], signature: RuleVerdict): string {
  if (outcome.outcome === 'refused') return `refused: ${outcome.code} (${outcome.reason})`;
  if (signature.verdict === 'refused') return `refused: ${signature.detail}`;
  return signature.verdict === 'holds' ? 'accepted' : 'accepted, if its signature is right';
}

function fail(ports: TokenCheckPorts, message: string): typeof EXIT_USAGE {
  ports.complain(`token:check: ${message}\n`);
  return EXIT_USAGE;
}

function processPorts(): TokenCheckPorts {
  return {
    readInput: () => readStream(process.stdin),
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    fetchJson,
    nowSeconds: Math.floor(Date.now() / 1_000),
  };
}

const fetchJson: FetchJson = async ({ url, timeoutMs, maxBytes, signal }) => {
  const answer = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/json' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).byteLength;
    if (size > maxBytes) break; // one byte above the bound is enough for the reader to see that it is too large
  }
  return { status: answer.status, body: Buffer.concat(chunks) };
};

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
