// The classifier: text in, tier out. Pure; the same answer on every pod.
import { type CompiledClassifier, compileClassifier } from './compile-classifier.ts';
import { cutCourtesies } from './cut-courtesies.ts';
import { LEARNT_WEIGHT } from './default-parameters.ts';
import type { Dimension } from './dimensions.ts';
import { foldText } from './fold-text.ts';
import type { WordingFind } from './match-terms.ts';
import { type Measurements, measureAsk, measureOpening, selectHits, spokenLanguages } from './measure-ask.ts';
import type { Strengths } from './model.ts';
import type { ClassifierParameters } from './parameters.ts';
import type { ClassifierRequest } from './request.ts';
import { scanText } from './scan-text.ts';
import { selectAsk } from './select-ask.ts';
import { splitAsk } from './split-ask.ts';
import type { TextRange } from './text-range.ts';
import { TIERS, type Tier } from './tiers.ts';
import { findToolOutputs } from './tool-outputs.ts';
import { type WeighedDimension, weighEvidence } from './weigh-evidence.ts';

/** What one dimension adds to the score. `spans` are positions in the text of the message `askIndex`. */
export interface Contribution extends WeighedDimension {
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
  /** The base, and the dimensions that are not zero. */
  readonly contributions: readonly Contribution[];
}

const WORDING_SCALE = 5; // so that 25 terms count in full
const FEWEST_FINDS = 6; // what one or two words say is not magnified; they may be another language's
const AGENTIC_VALUE = 0.5; // four distinct agent terms or more, or a strong one

/** Decides the tier of a request. Pass a compiled classifier on the request path; plain parameters are compiled first. */
export function classify(
  request: ClassifierRequest,
  parameters: ClassifierParameters | CompiledClassifier,
): TierDecision {
  const compiled = 'terms' in parameters ? parameters : compileClassifier(parameters);
  const { askIndex, measurements, opening, wording } = measureRequest(request, compiled);
  const strengths = wordingStrengths(wording, compiled);
  const now = contributionsOf(measurements, strengths, compiled);
  // What tools return may add to the evidence; a loop keeps at least the tier that it began with.
  const then = opening === undefined ? now : contributionsOf(opening, strengths, compiled);
  const contributions = scoreOf(then) > scoreOf(now) ? then : now;
  const score = scoreOf(contributions);
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

function contributionsOf(
  measurements: Measurements,
  wording: Strengths,
  { model, parameters }: CompiledClassifier,
): readonly Contribution[] {
  const factorOf = (dimension: Dimension): number => Math.abs(parameters.weights[dimension]) / LEARNT_WEIGHT;
  return weighEvidence(model, measurements, wording, factorOf).map((weighed) => ({
    ...weighed,
    spans: weighed.dimension === 'base' ? [] : measurements[weighed.dimension].spans,
  }));
}

function scoreOf(contributions: readonly Contribution[]): number {
  return contributions.reduce((sum, { points }) => sum + points, 0);
}

/** A request as it is measured. */
export interface MeasuredRequest {
  readonly askIndex: number;
  readonly measurements: Measurements;
  /** While a tool loop runs: the same as if the ask were the last message. */
  readonly opening: Measurements | undefined;
  readonly wording: readonly WordingFind[];
}

/** The values of all dimensions for a request; what fitting learns from. */
export function measureRequest(request: ClassifierRequest, compiled: CompiledClassifier): MeasuredRequest {
  const toolOutputs = findToolOutputs(request.messages);
  const askIndex = selectAsk(request.messages, toolOutputs, compiled);
  const text = request.messages[askIndex]?.text ?? '';
  const parts = splitAsk(text);
  const whole = foldText(text, parts.ask, compiled.table);
  const wholeScan = scanText(whole, compiled.table, compiled.terms);
  const folded = cutCourtesies(whole, wholeScan.hits, compiled.table);
  const scan = folded === whole ? wholeScan : scanText(folded, compiled.table, compiled.terms);
  const hits = selectHits(scan.hits, spokenLanguages(scan.hits, compiled));
  const measurements = measureAsk({ request, toolOutputs, parts, folded, scan, hits, compiled });
  const isInLoop = [...toolOutputs].some((at) => at > askIndex);
  const opening = isInLoop ? { ...measurements, ...measureOpening(request, toolOutputs, askIndex) } : undefined;
  return { askIndex, measurements, opening, wording: scan.wording };
}

/**
 * What the words say together. Divided by the root of their number: evidence grows with a longer text, but not in step
 * with it, since its words repeat each other.
 */
function wordingStrengths(finds: readonly WordingFind[], compiled: CompiledClassifier): Strengths {
  const sums: [number, number, number] = [0, 0, 0];
  for (const { number } of finds) {
    sums[0] += compiled.wordingStrengths[3 * number] as number;
    sums[1] += compiled.wordingStrengths[3 * number + 1] as number;
    sums[2] += compiled.wordingStrengths[3 * number + 2] as number;
  }
  const scale = wordingScale(finds.length);
  return [sums[0] * scale, sums[1] * scale, sums[2] * scale];
}

/** The part of its strength with which each of so many terms counts. */
export function wordingScale(finds: number): number {
  return WORDING_SCALE / Math.sqrt(Math.max(FEWEST_FINDS, finds));
}

function boundariesFor(request: ClassifierRequest, compiled: CompiledClassifier): readonly number[] {
  const own = request.group === undefined ? undefined : compiled.groupBoundaries.get(request.group);
  return own ?? compiled.boundaries;
}

function tierAt(score: number, boundaries: readonly number[]): Tier {
  const reached = boundaries.filter((boundary) => score >= boundary).length;
  return TIERS[reached] ?? 'REASONING';
}
