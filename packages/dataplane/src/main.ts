// A data-plane pod as a process: environment, start, signals, exit status.
import { EXIT_CONFIG, formatEnvironmentProblems } from '@secrouter/proto';
import { destination, pino } from 'pino';
import { readPodConfig } from './config.ts';
import { startPod } from './pod.ts';

const LOG_PAGE_BYTES = 8_192;
const LOG_DELAY_MS = 100;

const reading = readPodConfig();
if (reading.outcome === 'refused') {
  process.stderr.write(`${formatEnvironmentProblems(reading.problems)}\n`);
  process.exit(EXIT_CONFIG);
}
const config = reading.value;
// Written beside the requests, not within them: a page of lines at a time, and every line within a tenth of a second.
const output = destination({ dest: 1, sync: false, minLength: LOG_PAGE_BYTES, periodicFlush: LOG_DELAY_MS });
const log = pino({ level: config.SECROUTER_LOG_LEVEL, base: { podId: config.SECROUTER_POD_ID } }, output);
process.on('exit', () => output.flushSync());

try {
  const pod = await startPod(config, log);
  let isClosing = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isClosing) return;
    isClosing = true;
    log.info({ signal }, 'pod stops');
    pod.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ reason: String(error).slice(0, 200) }, 'pod did not close cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  log.error({ reason: error instanceof Error ? error.message : String(error) }, 'pod could not start');
  process.exit(1);
}
