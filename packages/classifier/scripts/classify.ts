// `npm run -s classify`: JSON lines `{id, messages, tools?}` in, `{id, tier, score, override?, clean?, contributions?}` out.
import { createInterface } from 'node:readline';
import {
  type CompiledClassifier,
  classify,
  compileClassifier,
  defaultClassifierParameters,
  type OverrideResult,
  parseOverride,
  requestFromOpenAi,
} from '../src/index.ts';

const USAGE = 'usage: classify [--explain] < requests.jsonl';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((argument) => argument !== '--explain');
  if (unknown !== undefined) return fail(`unknown argument ${unknown}; ${USAGE}`);
  const explain = args.includes('--explain');
  const compiled = compileClassifier(defaultClassifierParameters);
  let lineNumber = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    lineNumber += 1;
    if (line.trim() === '') continue;
    try {
      process.stdout.write(`${JSON.stringify(answer(JSON.parse(line), compiled, explain))}\n`);
    } catch (error) {
      return fail(`line ${lineNumber}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return 0;
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}

/** An override decides the tier; the score is then that of the clean text, which is what the model sees. */
function answer(row: unknown, compiled: CompiledClassifier, explain: boolean): Record<string, unknown> {
  const request = requestFromOpenAi(row);
  const last = request.messages.findLastIndex((message) => message.role === 'user');
  const text = request.messages[last]?.text ?? '';
  const override = parseOverride(text);
  const clean = cleanText(text, override);
  const messages = request.messages.map((message, index) => (index === last ? { ...message, text: clean } : message));
  const decision = classify({ ...request, messages }, compiled);
  return {
    id: (row as { id?: unknown }).id ?? null,
    tier: override.outcome === 'none' ? decision.tier : override.tier,
    score: decision.score,
    ...(override.outcome === 'none' ? {} : { override: override.alias, clean }),
    ...(override.outcome === 'empty' ? { error: 'empty_override' } : {}),
    ...(explain ? { margin: decision.margin, agentic: decision.agentic, contributions: decision.contributions } : {}),
  };
}

function cleanText(text: string, override: OverrideResult): string {
  if (override.outcome === 'none') return text;
  return override.outcome === 'empty' ? '' : text.slice(override.cleanStart);
}
