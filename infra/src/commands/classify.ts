// `npm run classify`, `classifier:fit` and `classifier:eval`: the classifier's own command lines.
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import { showTool } from './run-tool.ts';

/** Runs a script of the classifier with the caller's streams and arguments. */
export function runClassifierScript(name: 'classify' | 'fit' | 'eval', args: readonly string[]): Promise<number> {
  return showTool(join(PROJECT_ROOT, 'packages', 'classifier', 'scripts', `${name}.ts`), args);
}

export function main(args: readonly string[]): Promise<number> {
  return runClassifierScript('classify', args);
}
