// The log of a control-plane process: one JSON line an event on standard output, named after the process.
import { type Logger, pino } from 'pino';

/** Errors are logged with their stack under either name. */
const serializers = { error: pino.stdSerializers.err, err: pino.stdSerializers.err };

/** Opens the log; `silent` is a level too. */
export function createLogger(name: string, level: string): Logger {
  return pino({ name, level, serializers });
}
