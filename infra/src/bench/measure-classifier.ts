// Times the classifier by itself, on texts of growing size; beside each the floor: one pass over the characters of the
// same text, which is the least that reading it can cost.
import { classify, compileClassifier, defaultClassifierParameters } from '@secrouter/classifier';
import type { BenchOptions } from './bench-options.ts';
import { CLASSIFIER_TEXTS, type ClassifierText, textOfBytes } from './classifier-texts.ts';
import { type Times, timesOf } from './statistics.ts';

/** Sizes in bytes of UTF-8. */
export const CLASSIFIER_SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;

const CALLS = 400;
const QUICK_CALLS = 100;
const WARM_UP_CALLS = 500; // until the engine has compiled what is measured: a pod's first calls are slower

/** One text at one size. */
export interface ClassifierFigures {
  readonly text: string;
  readonly isAdversarial: boolean;
  readonly bytes: number;
  readonly timesMs: Times;
  readonly floorMs: Times;
}

/** Times every text at every size. */
export function measureClassifier({ isQuick }: Pick<BenchOptions, 'isQuick'>): readonly ClassifierFigures[] {
  const compiled = compileClassifier(defaultClassifierParameters);
  const calls = isQuick ? QUICK_CALLS : CALLS;
  const measure = ({ name, unit, isAdversarial }: ClassifierText, bytes: number): ClassifierFigures => {
    const text = textOfBytes(unit, bytes);
    const request = { messages: [{ role: 'user', text }] } as const;
    return {
      text: name,
      isAdversarial,
      bytes,
      timesMs: timeCalls(calls, () => classify(request, compiled).score),
      floorMs: timeCalls(calls, () => sumOfCharacters(text)),
    };
  };
  return CLASSIFIER_SIZES.flatMap((bytes) => CLASSIFIER_TEXTS.map((text) => measure(text, bytes)));
}

function timeCalls(calls: number, call: () => number): Times {
  const timesMs: number[] = [];
  let kept = 0; // what is computed must be used, or it is not computed
  for (let index = -WARM_UP_CALLS; index < calls; index += 1) {
    const startedAt = process.hrtime.bigint();
    kept += call();
    if (index >= 0) timesMs.push(Number(process.hrtime.bigint() - startedAt) / 1e6);
  }
  if (Number.isNaN(kept)) throw new Error('not a number');
  return timesOf(timesMs);
}

function sumOfCharacters(text: string): number {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) sum += text.charCodeAt(index);
  return sum;
}
