// Labelled rows with what the classifier says of them.
import { type CompiledClassifier, classify, TIERS } from '../src/index.ts';
import type { LabelledRow } from './labelled-rows.ts';
import type { JudgedRow } from './report-quality.ts';

/** Classifies every row. */
export function judgeRows(rows: readonly LabelledRow[], compiled: CompiledClassifier): readonly JudgedRow[] {
  return rows.map((row) => {
    const { tier, score } = classify(row.request, compiled);
    return { row, score, predicted: TIERS.indexOf(tier) };
  });
}
