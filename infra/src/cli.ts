// The command line behind every npm script: a closed table of commands, each a module with `main(args)` -> exit code.
// Modules are loaded when their command is called, so that a small command starts fast.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const HERE = import.meta.dirname;
const EXIT_USAGE = 64;

const COMMANDS: ReadonlyMap<string, string> = new Map([
  ['start', join(HERE, 'commands', 'start.ts')],
  ['test', join(HERE, 'commands', 'test.ts')],
  ['check', join(HERE, 'commands', 'check.ts')],
  ['format', join(HERE, 'commands', 'format.ts')],
  ['build', join(HERE, 'commands', 'build.ts')],
  ['token', join(HERE, 'token.ts')],
  ['token:check', join(HERE, 'commands', 'token-check.ts')],
  ['classify', join(HERE, 'commands', 'classify.ts')],
  ['classifier:fit', join(HERE, 'commands', 'classifier-fit.ts')],
  ['classifier:eval', join(HERE, 'commands', 'classifier-eval.ts')],
  ['config:check', join(HERE, 'commands', 'config-check.ts')],
  ['env:example', join(HERE, 'commands', 'env-example.ts')],
  ['bench', join(HERE, 'commands', 'bench.ts')],
  ['reset', join(HERE, 'commands', 'reset.ts')],
]);

interface CommandModule {
  readonly main: (args: readonly string[]) => Promise<number> | number;
}

// `start` ends in order by itself; any other command simply ends, with whatever it started, when the bootstrap is killed.
function endWithBootstrap(): void {
  process.once('disconnect', () => process.kill(0, 'SIGTERM'));
  process.channel?.unref();
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  const path = COMMANDS.get(name ?? '');
  if (path === undefined) {
    process.stderr.write(`unknown command "${name ?? ''}"; there are ${[...COMMANDS.keys()].join(', ')}\n`);
    return EXIT_USAGE;
  }
  if (name !== 'start') endWithBootstrap();
  const module = (await import(pathToFileURL(path).href)) as CommandModule;
  return module.main(args);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// Nothing that a command left open may keep it from ending; both streams are flushed first.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));
