// The one entry of every npm script: brings the toolchain up to date, then hands over to the command line in TypeScript.
// Plain JavaScript without dependencies, because it runs on the host's own Node (20 or newer) before anything is installed.
// Silent when nothing is to do; everything it says goes to standard error, so that a command's output stays its own.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, SetupFailed } from './run-command.mjs';
import { say, withSetupLock } from './setup-lock.mjs';
import { dependenciesStep, prismaClientStep } from './steps.mjs';
import { pnpmStep, runtimeStep } from './toolchain.mjs';

const OLDEST_HOST_NODE = 20;
const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Runs every step that has something to do, one process at a time; the common case touches no lock. */
async function setUp() {
  const runtime = runtimeStep(projectRoot);
  const pnpm = pnpmStep(projectRoot);
  const tools = { projectRoot, node: runtime.path, pnpm: pnpm.path };
  const steps = [runtime, pnpm, dependenciesStep(tools), prismaClientStep(tools)];
  if (steps.every((step) => step.isDone())) return runtime.path;

  await withSetupLock(join(projectRoot, '.toolchain'), () => {
    for (const step of steps) {
      if (step.isDone()) continue;
      say(step.title);
      const startedAt = Date.now();
      step.run();
      say(`  done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    }
  });
  return runtime.path;
}

async function main() {
  const [command, ...args] = process.argv.slice(2);
  if (Number.parseInt(process.versions.node, 10) < OLDEST_HOST_NODE) {
    throw new SetupFailed(
      `Node ${OLDEST_HOST_NODE} or newer is needed to begin with; this is ${process.versions.node}.`,
    );
  }
  if (!existsSync(join(projectRoot, 'pnpm-lock.yaml'))) {
    throw new SetupFailed(`pnpm-lock.yaml is missing in ${projectRoot}; get a complete copy of the project.`);
  }

  const node = await setUp();
  const cli = join(projectRoot, 'infra', 'src', 'cli.ts');
  return runCommand(node, [cli, ...(command === undefined ? [] : [command]), ...args]);
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error) => {
    say(error instanceof SetupFailed ? error.message : (error?.stack ?? String(error)));
    process.exit(1);
  },
);
