// `npm run classify`: the classifier's own command line.
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import { showTool } from './run-tool.ts';

export function main(args: readonly string[]): Promise<number> {
  return showTool(join(PROJECT_ROOT, 'packages', 'classifier', 'scripts', 'classify.ts'), args);
}
