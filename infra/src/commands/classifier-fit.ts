// `npm run classifier:fit`.
import { runClassifierScript } from './classify.ts';

export function main(args: readonly string[]): Promise<number> {
  return runClassifierScript('fit', args);
}
