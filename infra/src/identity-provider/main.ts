// Process of the development identity provider: environment in, listener up, SIGTERM or SIGINT down.
import { parseIdentityProviderConfig } from './config.ts';
import { startIdentityProvider } from './start-identity-provider.ts';

const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;

const config = parseIdentityProviderConfig(process.env);
if ('problems' in config) {
  process.stderr.write(config.problems.map((problem) => `identity provider: ${problem}\n`).join(''));
  process.exit(EXIT_CONFIG);
}

try {
  const provider = await startIdentityProvider(config.options);
  process.stdout.write(`Identity provider listens at ${provider.issuer}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void provider.close().then(() => process.exit(0)));
  }
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const text = isTaken
    ? `port ${config.options.port} is taken; set SECROUTER_IDP_PORT to a free one`
    : error instanceof Error
      ? error.message
      : String(error);
  process.stderr.write(`identity provider: ${text}\n`);
  process.exit(EXIT_FAILED);
}
