// Where on the score each tier begins: where the fewest rows come out wrong.
import { POINTS_PER_LOG_ODDS } from '../src/model.ts';
import type { Boundaries } from '../src/parameters.ts';
import { compareAtSteps } from '../src/weigh-evidence.ts';
import type { LabelledRow } from './labelled-rows.ts';

const GRID = 10;
const FURTHEST = 1_250;

/** The score of evidence in log-odds for MEDIUM, COMPLEX and REASONING. */
export function scoreOf(evidence: ArrayLike<number>): number {
  const points = [0, ...Array.from(evidence, (value) => value * POINTS_PER_LOG_ODDS)];
  return compareAtSteps(points).reduce(
    (sum, { above, below, slope }) => sum + slope * ((points[above] as number) - (points[below] as number)),
    0,
  );
}

/** The boundaries with the fewest errors over the rows that count; the middle one where several are as good. */
export function boundariesFor(
  rows: readonly LabelledRow[],
  scores: ArrayLike<number>,
  counts: (row: LabelledRow) => boolean,
): Boundaries {
  const place = (tier: number): number => {
    let fewest = Number.POSITIVE_INFINITY;
    let best: number[] = [];
    for (let at = -FURTHEST; at <= FURTHEST; at += GRID) {
      let errors = 0;
      rows.forEach((row, index) => {
        if (counts(row) && (scores[index] as number) >= at !== row.tier >= tier) errors += 1;
      });
      if (errors < fewest) {
        fewest = errors;
        best = [];
      }
      if (errors === fewest) best.push(at);
    }
    return best[Math.floor(best.length / 2)] ?? 0;
  };
  return { medium: place(1), complex: place(2), reasoning: place(3) };
}
