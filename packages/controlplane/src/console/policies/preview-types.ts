// The admin API's answer to a preview.
import type { FieldProblem } from '../admin-fetch.ts';

export interface ValueDifference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ChangePreview {
  readonly problems: readonly FieldProblem[];
}
