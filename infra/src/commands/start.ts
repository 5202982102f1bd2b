// `npm start`: the whole system in the foreground, until Ctrl-C.
import { EXIT_CONFIG } from '@secrouter/proto';
import { findTakenPorts } from '../ports.ts';
import { listenersOf, readSettings, type SystemSettings } from '../supervisor/read-settings.ts';
import { System } from '../supervisor/start-system.ts';
import { aborted, listenForStop, type StopSignals } from '../supervisor/stop-signals.ts';
import { claimRunning, prepareHome, releaseRunning } from '../supervisor/system-home.ts';
import { openTerminal } from '../supervisor/terminal.ts';
import { welcomeText } from '../supervisor/welcome.ts';
import { buildConsole } from './build.ts';

const EXIT_FAILED = 1;
// 128 + SIGINT: stopped before it was ready.
const EXIT_INTERRUPTED = 130;

export async function main(args: readonly string[]): Promise<number> {
  const stop = listenForStop();
  // A reader that has gone (`npm start | head`) must not end the system halfway.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const reading = readSettings(process.env, args);
  if ('problems' in reading) return fail(reading.problems, EXIT_CONFIG);

  const { settings } = reading;
  try {
    const home = prepareHome(settings.home);
    const otherSystem = claimRunning(home.folder);
    if (otherSystem !== undefined) return fail([otherSystem], EXIT_FAILED);
    try {
      const taken = await findTakenPorts(settings.ports, listenersOf(settings), settings.bindAddress);
      return taken.length > 0 ? fail(taken, EXIT_FAILED) : await run(settings, home, stop);
    } finally {
      releaseRunning(home.folder);
    }
  } catch (error) {
    return fail([error instanceof Error ? error.message : String(error)], EXIT_FAILED);
  }
}

async function run(settings: SystemSettings, home: ReturnType<typeof prepareHome>, stop: StopSignals): Promise<number> {
  const terminal = openTerminal();
  const consoleBuilt = buildConsole({ say: terminal.say, signal: stop.first });
  consoleBuilt.catch(() => {});
  const system = new System({ settings, home, environment: process.env, terminal, consoleBuilt });
  let exitCode = EXIT_INTERRUPTED;
  try {
    const opened = system.open();
    opened.catch(() => {});
    await Promise.race([opened, aborted(stop.first)]);
    if (!stop.first.aborted) {
      terminal.print(welcomeText(settings));
      exitCode = 0;
      await aborted(stop.first);
    }
  } catch (error) {
    exitCode = fail([error instanceof Error ? error.message : String(error)], EXIT_FAILED);
  }

  terminal.say('stopping');
  stop.second.addEventListener('abort', () => void system.hasten());
  await system.close();
  terminal.say('stopped');
  return exitCode;
}

function fail(lines: readonly string[], exitCode: number): number {
  for (const line of lines) process.stderr.write(`${line}\n`);
  return exitCode;
}
