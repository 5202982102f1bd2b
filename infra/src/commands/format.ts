// `npm run format`: formats every file and applies the safe fixes.
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import { showTool } from './run-tool.ts';

export function main(args: readonly string[]): Promise<number> {
  const biome = join(PROJECT_ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  return showTool(biome, ['check', '--write', ...(args.length === 0 ? ['.'] : args)]);
}
