// The classifier: text in, tier out. Pure; the same answer on every pod.
import { type CompiledClassifier, compileClassifier } from './compile-classifier.ts';
import { DIMENSIONS, type Dimension } from './dimensions.ts';
import { foldText } from './fold-text.ts';
import { type Measurements, measureAsk, selectHits } from './measure-ask.ts';
import type { ClassifierParameters } from './parameters.ts';
import type { ClassifierRequest } from './request.ts';
import { scanText } from './scan-text.ts';
import { selectAsk } from './select-ask.ts';
import { splitAsk } from './split-ask.ts';
import type { TextRange } from './text-range.ts';
import { TIERS, type Tier } from './tiers.ts';

/** What one dimension adds to the score. `spans` are positions in the text of the message `askIndex`. */
export interface Contribution {
  readonly dimension: Dimension;
  readonly value: number;
  readonly weight: number;
  /** `value x weight`, rounded to a whole number of points. */
  readonly points: number;
  readonly spans: readonly TextRange[];
}

/** The classifier's decision. */
export interface TierDecision {
  readonly tier: Tier;
  /** The sum of all contributions, in whole points. */
  readonly score: number;
  /** How many points the score is away from the nearest boundary in force. */
  readonly margin: number;
  /** Tools are offered or were used, or the ask itself is work on files, commands or repositories. */
  readonly agentic: boolean;
  /** The message that was read as the ask, -1 when the request has none of a user. */
  readonly askIndex: number;
  /** The dimensions that are not zero. */
  readonly contributions: readonly Contribution[];
}

const AGENTIC_VALUE = 0.5; // two distinct agent terms or more

/** Decides the tier of a request. Pass a compiled classifier on the request path; plain parameters are compiled first. */
export function classify(
  request: ClassifierRequest,
  parameters: ClassifierParameters | CompiledClassifier,
): TierDecision {
  const compiled = 'terms' in parameters ? parameters : compileClassifier(parameters);
  const { askIndex, measurements } = measureRequest(request, compiled);
  const contributions: Contribution[] = [];
  let score = 0;
  for (const dimension of DIMENSIONS) {
    const { value, spans } = measurements[dimension];
    if (value === 0) continue;
    const weight = compiled.parameters.weights[dimension];
    const points = Math.round(value * weight) + 0; // never -0
    score += points;
    contributions.push({ dimension, value, weight, points, spans });
  }
  const boundaries = boundariesFor(request, compiled);
  return {
    tier: tierAt(score, boundaries),
    score,
    margin: Math.min(...boundaries.map((boundary) => Math.abs(score - boundary))),
    agentic: measurements.tools.value + measurements.toolResults.value > 0 || measurements.agent.value >= AGENTIC_VALUE,
    askIndex,
    contributions,
  };
}

/** The values of all dimensions for a request; what fitting learns from. */
export function measureRequest(
  request: ClassifierRequest,
  compiled: CompiledClassifier,
): { readonly askIndex: number; readonly measurements: Measurements } {
  const askIndex = selectAsk(request, compiled);
  const text = request.messages[askIndex]?.text ?? '';
  const parts = splitAsk(text);
  const folded = foldText(text, parts.ask, compiled.table);
  const scan = scanText(folded, compiled.table, compiled.terms);
  const hits = selectHits(compiled, scan.hits);
  return { askIndex, measurements: measureAsk({ request, parts, folded, scan, hits }) };
}

function boundariesFor(request: ClassifierRequest, compiled: CompiledClassifier): readonly number[] {
  const own = request.group === undefined ? undefined : compiled.groupBoundaries.get(request.group);
  return own ?? compiled.boundaries;
}

function tierAt(score: number, boundaries: readonly number[]): Tier {
  const reached = boundaries.filter((boundary) => score >= boundary).length;
  return TIERS[reached] ?? 'REASONING';
}
