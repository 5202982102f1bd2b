// From values to a score. Each tier gathers evidence from every dimension; the score says, for each of the three steps
// of the ladder, how far the best tier above it leads the best one below. So a proof that is short and a programme of
// work that is long are both dear, which no single scale of "more words, more of everything" can say.
import { DIMENSIONS, type Dimension } from './dimensions.ts';
import type { Measurements } from './measure-ask.ts';
import type { LearntModel, Strengths } from './model.ts';

/** What a dimension, or the base, adds to the score. */
export interface WeighedDimension {
  readonly dimension: Dimension | 'base';
  readonly value: number;
  /** Points for a value of 1, at this place: the lead of the tiers that are compared here. */
  readonly weight: number;
  /** `value x weight`, rounded to a whole number. */
  readonly points: number;
}

/** At a step, a lead of so many points counts in full; beyond, one point of a hundred. */
const FULL_LEAD = 400;
const SHARE_BEYOND = 0.01;

/**
 * What a lead adds to the score. Near a tie every point counts, so that the score tells the tiers apart as the evidence
 * does; a clear lead counts hardly more than a sufficient one, but never the same, so that the score still orders.
 */
export function countedLead(lead: number): number {
  const size = Math.abs(lead);
  const counted = size <= FULL_LEAD ? size : FULL_LEAD + SHARE_BEYOND * (size - FULL_LEAD);
  return lead < 0 ? -counted : counted;
}

const TIER_COUNT = 4;

/** Weighs measurements; contributions of dimensions that say nothing are left out. */
export function weighEvidence(
  model: LearntModel,
  measurements: Measurements,
  wording: Strengths,
  factorOf: (dimension: Dimension) => number,
): readonly WeighedDimension[] {
  const strengthsOf = (dimension: Dimension): Strengths =>
    dimension === 'wording' ? wording : (model.dimensions[dimension] ?? NONE);
  const evidence = evidenceOf(model, measurements, strengthsOf, factorOf);
  const steps = compareAtSteps(evidence);
  const weightOf = (strengths: Strengths): number =>
    steps.reduce((sum, { above, below, slope }) => sum + slope * (at(strengths, above) - at(strengths, below)), 0);
  const base = weightOf(model.base);
  const weighed: WeighedDimension[] = [{ dimension: 'base', value: 1, weight: base, points: whole(base) }];
  for (const dimension of DIMENSIONS) {
    const { value } = measurements[dimension];
    if (value === 0) continue;
    const weight = factorOf(dimension) * weightOf(strengthsOf(dimension));
    weighed.push({ dimension, value, weight, points: whole(value * weight) });
  }
  return weighed;
}

const NONE: Strengths = [0, 0, 0];

/** SIMPLE is what the others are measured against. */
function at(strengths: Strengths, tier: number): number {
  return tier === 0 ? 0 : (strengths[tier - 1] as number);
}

function evidenceOf(
  model: LearntModel,
  measurements: Measurements,
  strengthsOf: (dimension: Dimension) => Strengths,
  factorOf: (dimension: Dimension) => number,
): readonly number[] {
  const evidence = [0, ...model.base];
  for (const dimension of DIMENSIONS) {
    const { value } = measurements[dimension];
    if (value === 0) continue;
    const strengths = strengthsOf(dimension);
    const amount = value * factorOf(dimension);
    for (let tier = 1; tier < TIER_COUNT; tier += 1) {
      evidence[tier] = (evidence[tier] as number) + amount * at(strengths, tier);
    }
  }
  return evidence;
}

/** What is compared at one step of the ladder. */
export interface Step {
  /** The best tier above the step and the best one below. */
  readonly above: number;
  readonly below: number;
  /** Points of the score for a point of lead. */
  readonly slope: number;
}

/** The comparison at each of the three steps; evidence stands by tier, SIMPLE first. */
export function compareAtSteps(evidence: readonly number[]): readonly Step[] {
  return [1, 2, 3].map((step) => {
    const above = bestOf(evidence, step, TIER_COUNT);
    const below = bestOf(evidence, 0, step);
    const lead = (evidence[above] as number) - (evidence[below] as number);
    return { above, below, slope: lead === 0 ? 1 : countedLead(lead) / lead };
  });
}

function bestOf(evidence: readonly number[], from: number, to: number): number {
  let best = from;
  for (let tier = from + 1; tier < to; tier += 1) {
    if ((evidence[tier] as number) > (evidence[best] as number)) best = tier;
  }
  return best;
}

function whole(points: number): number {
  return Math.round(points) + 0; // never -0
}
