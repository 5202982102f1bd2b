// The aggregator's process: from the queue into the books.
import { pino } from 'pino';
import { readAggregatorConfig } from './config.ts';
import { startAggregator } from './start-aggregator.ts';

const config = readAggregatorConfig();
const log = pino({ name: 'aggregator', level: config.logLevel, base: { podId: config.podId, cell: config.cell } });
const stopping = new AbortController();
const stopped = new Promise<void>((resolve) => {
  stopping.signal.addEventListener('abort', () => resolve(), { once: true });
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());

try {
  const aggregator = await startAggregator(config, log, stopping.signal);
  log.info('aggregator ready');
  await stopped;
  log.info('aggregator stopping');
  await aggregator.close();
  log.info('aggregator stopped');
  process.exit(0);
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  log.fatal({ reason: String(error) }, 'aggregator failed');
  process.exit(1);
}
