// `npm run check`: format, lint, types and unit tests; everything runs even when something before it failed.
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import { showTool } from './run-tool.ts';

const tool = (...parts: string[]) => join(PROJECT_ROOT, 'node_modules', ...parts);
const BIOME = tool('@biomejs', 'biome', 'bin', 'biome');
const TSC = tool('typescript', 'bin', 'tsc');
const VITEST = tool('vitest', 'vitest.mjs');

export async function main(): Promise<number> {
  const steps = [
    { name: 'format and lint', script: BIOME, args: ['check', '.'] },
    { name: 'types', script: TSC, args: ['-b'] },
    { name: 'unit tests', script: VITEST, args: ['run', '--project', 'unit'] },
  ];
  const failed: string[] = [];
  for (const { name, script, args } of steps) {
    process.stdout.write(`> ${name}\n`);
    if ((await showTool(script, args)) !== 0) failed.push(name);
  }
  process.stdout.write(failed.length === 0 ? 'all checks passed\n' : `failed: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}
