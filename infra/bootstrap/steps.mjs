// What must be up to date inside the project: its dependencies and the generated database client.
// Each step remembers the fingerprint of its inputs after it succeeded, so a half-finished attempt is simply done again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runSetupTool } from './run-command.mjs';

/** `pnpm install --frozen-lockfile`, when the lockfile or a manifest is not the one installed last. */
export function dependenciesStep({ projectRoot, node, pnpm }) {
  const folders = workspaceFolders(projectRoot);
  const inputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...folders.map((folder) => join(folder, 'package.json'))];
  const stamp = stampOf(projectRoot, 'dependencies', inputs);
  const isPresent = () => existsSync(join(projectRoot, 'node_modules', '.modules.yaml'));
  return {
    title: 'Installing the dependencies (about a minute the first time)',
    isDone: () => isPresent() && stamp.matches(),
    run: () => {
      stamp.remove();
      // A folder left by another package manager or an interrupted install is replaced without a question.
      const flags = ['--frozen-lockfile', '--reporter=append-only', '--config.confirmModulesPurge=false'];
      runSetupTool(node, [pnpm, 'install', ...flags], { cwd: projectRoot, node });
      stamp.write();
    },
  };
}

/** The generated Prisma client, when the schema or the generator's version changed. */
export function prismaClientStep({ projectRoot, node }) {
  const controlplane = join(projectRoot, 'packages', 'controlplane');
  const schema = join('packages', 'controlplane', 'prisma', 'schema.prisma');
  const inputs = [schema, join('packages', 'controlplane', 'package.json'), 'pnpm-workspace.yaml'];
  const stamp = stampOf(projectRoot, 'prisma-client', inputs);
  const generated = join(controlplane, 'src', 'db', 'generated');
  return {
    title: 'Generating the database client',
    isDone: () => !existsSync(join(projectRoot, schema)) || (existsSync(generated) && stamp.matches()),
    run: () => {
      stamp.remove();
      const cli = join(controlplane, 'node_modules', 'prisma', 'build', 'index.js');
      // Generating needs no engine; naming one keeps the tool from downloading it. For this one command only:
      // with the variable set, its migration commands do nothing and report success.
      const engine = existsSync('/bin/true') ? '/bin/true' : '/usr/bin/true';
      const env = { PRISMA_SCHEMA_ENGINE_BINARY: engine, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' };
      runSetupTool(node, [cli, 'generate'], { cwd: controlplane, node, env });
      stamp.write();
    },
  };
}

function workspaceFolders(projectRoot) {
  const packages = readdirSync(join(projectRoot, 'packages')).map((name) => join('packages', name));
  const folders = ['.', ...packages, 'infra', 'test'];
  return folders.filter((folder) => existsSync(join(projectRoot, folder, 'package.json')));
}

function stampOf(projectRoot, name, inputs) {
  const path = join(projectRoot, '.toolchain', `${name}.stamp`);
  const matches = () => existsSync(path) && readFileSync(path, 'utf8') === fingerprint(projectRoot, inputs);
  const write = () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, fingerprint(projectRoot, inputs));
    renameSync(`${path}.new`, path);
  };
  // Removed before the work begins: what an interrupted attempt leaves behind must not count as the last success.
  const remove = () => rmSync(path, { force: true });
  return { matches, write, remove };
}

function fingerprint(projectRoot, inputs) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const input of inputs) hash.update(`\n${input}\n`).update(readFileSync(join(projectRoot, input)));
  return hash.digest('hex');
}
