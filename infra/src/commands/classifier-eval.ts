// `npm run classifier:eval`.
import { runClassifierScript } from './classify.ts';

export function main(args: readonly string[]): Promise<number> {
  return runClassifierScript('eval', args);
}
