// A decision in one line for people: the tier, how clear it was, and what moved it most. Names and numbers, never text.
import type { TierDecision } from './classify.ts';

const SHOWN_CONTRIBUTIONS = 3;

/** For example `classified COMPLEX, score 512, margin 312: design +870, length40 +214, question -120`. */
export function explainDecision({ tier, score, margin, contributions }: TierDecision): string {
  const strongest = contributions
    .filter(({ dimension, points }) => dimension !== 'base' && points !== 0)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, SHOWN_CONTRIBUTIONS)
    .map(({ dimension, points }) => `${dimension} ${points > 0 ? '+' : ''}${points}`);
  const because = strongest.length > 0 ? `: ${strongest.join(', ')}` : '';
  return `classified ${tier}, score ${score}, margin ${margin}${because}`;
}
