// Process of the development model provider: environment in, listener up, SIGTERM or SIGINT down.
import { parseModelProviderConfig } from './config.ts';
import { startModelProvider } from './start-model-provider.ts';

const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;

const config = parseModelProviderConfig(process.env);
if ('problems' in config) {
  process.stderr.write(config.problems.map((problem) => `model provider: ${problem}\n`).join(''));
  process.exit(EXIT_CONFIG);
}

try {
  const provider = await startModelProvider(config.options);
  process.stdout.write(`Model provider listens at ${provider.url}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void provider.close().then(() => process.exit(0)));
  }
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const text = isTaken
    ? `port ${config.options.port} is taken; set SECROUTER_MODEL_PROVIDER_PORT to a free one`
    : error instanceof Error
      ? error.message
      : String(error);
  process.stderr.write(`model provider: ${text}\n`);
  process.exit(EXIT_FAILED);
}
