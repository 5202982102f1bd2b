// `npm run -s classify`: JSON lines `{id, messages, tools?}` in, `{id, tier, score, override?, clean?, contributions?}` out.
// A line that cannot be read is reported by its number, never by its text; the others are answered, and the exit code is 1.
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
  if (unknown !== undefined) {
    process.stderr.write(`unknown argument ${unknown}; ${USAGE}\n`);
    return 1;
  }
  const explain = args.includes('--explain');
  const compiled = compileClassifier(defaultClassifierParameters);
  let exitCode = 0;
  let lineNumber = 0;
  for await (const line of linesOf(process.stdin)) {
    lineNumber += 1;
    if (line.trim() === '') continue;
    try {
      process.stdout.write(`${JSON.stringify(answer(parseLine(line), compiled, explain))}\n`);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      process.stderr.write(`line ${lineNumber}: ${error.message}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}

/** Lines end in a line feed and in nothing else: `readline` would also split at U+2028, which JSON may hold as it is. */
async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  const pieces: string[] = [];
  input.setEncoding('utf8');
  for await (const chunk of input) {
    const [first = '', ...others] = String(chunk).split('\n');
    pieces.push(first);
    for (const next of others) {
      yield pieces.splice(0).join('');
      pieces.push(next);
    }
  }
  yield pieces.join('');
}

/** The parser's own message would repeat the text. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line.trim());
  } catch (cause) {
    throw new TypeError('is not JSON', { cause });
  }
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
