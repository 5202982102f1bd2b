// Multinomial logistic regression with an L2 penalty, sign constraints and a penalty on what rows of one ask disagree in,
// by accelerated projected gradient steps (FISTA with restarts). No randomness: the same rows give the same model, bit for
// bit on one kind of machine.

/** Rows with few non-zero values: the features of row `r` stand from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly features: Int32Array;
  readonly values: Float64Array;
  /** 0 for SIMPLE to 3 for REASONING. */
  readonly tiers: Uint8Array;
  readonly weights: Float64Array;
  /** Rows with the same number are forms of one ask. */
  readonly asks: Int32Array;
}

/** What holds for one feature. */
export interface FeatureRule {
  /** How strongly its strengths are pulled to zero. */
  readonly penalty: number;
  /** 1: never negative; -1: never positive; 0: free. */
  readonly sign: number;
}

/** Strengths against SIMPLE, in log-odds, feature by feature: MEDIUM, COMPLEX, REASONING. */
export type FittedStrengths = Float64Array;

const CLASSES = 3;
const ITERATIONS = 700;
/** Half of it costs a form whose evidence lies one unit of log-odds away from the mean of its ask's forms. */
const DISAGREEMENT_PENALTY = 0.7;

/** Fits the strengths of all features on the rows that are named. */
export function fitTiers(rows: SparseRows, chosen: readonly number[], rules: readonly FeatureRule[]): FittedStrengths {
  const size = rules.length * CLASSES;
  const steps = stepsOf(rows, chosen, rules);
  let current = new Float64Array(size);
  const ahead = new Float64Array(size);
  let momentum = 1;
  let lastLoss = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    const { gradient, loss } = gradientAt(rows, chosen, rules, ahead);
    const next = new Float64Array(size);
    for (let at = 0; at < size; at += 1) {
      const feature = Math.floor(at / CLASSES);
      const moved = (ahead[at] as number) - (steps[feature] as number) * (gradient[at] as number);
      const { sign } = rules[feature] as FeatureRule;
      next[at] = sign > 0 ? Math.max(0, moved) : sign < 0 ? Math.min(0, moved) : moved;
    }
    if (loss > lastLoss) momentum = 1; // it overshot: start anew from here
    lastLoss = loss;
    const nextMomentum = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const push = (momentum - 1) / nextMomentum;
    for (let at = 0; at < size; at += 1) {
      ahead[at] = (next[at] as number) + push * ((next[at] as number) - (current[at] as number));
    }
    current = next;
    momentum = nextMomentum;
  }
  return current;
}

/** Evidence of a row for MEDIUM, COMPLEX and REASONING, written to `into`. */
export function evidenceOfRow(rows: SparseRows, row: number, strengths: Float64Array, into: Float64Array): void {
  into.fill(0);
  for (let at = rows.starts[row] as number; at < (rows.starts[row + 1] as number); at += 1) {
    const offset = (rows.features[at] as number) * CLASSES;
    const value = rows.values[at] as number;
    for (let tier = 0; tier < CLASSES; tier += 1) {
      into[tier] = (into[tier] as number) + value * (strengths[offset + tier] as number);
    }
  }
}

function gradientAt(rows: SparseRows, chosen: readonly number[], rules: readonly FeatureRule[], at: Float64Array) {
  const gradient = new Float64Array(at.length);
  const evidence = new Float64Array(CLASSES);
  const means = meansOfAsks(rows, chosen, at);
  const pull = new Float64Array(CLASSES);
  let loss = 0;
  for (const row of chosen) {
    evidenceOfRow(rows, row, at, evidence);
    loss += (rows.weights[row] as number) * pullOfRow(rows.tiers[row] as number, evidence, pull);
    loss += (rows.weights[row] as number) * pullTogether(evidence, means, rows.asks[row] as number, pull);
    for (let entry = rows.starts[row] as number; entry < (rows.starts[row + 1] as number); entry += 1) {
      const offset = (rows.features[entry] as number) * CLASSES;
      for (let tier = 0; tier < CLASSES; tier += 1) {
        const slope = (rows.weights[row] as number) * (rows.values[entry] as number) * (pull[tier] as number);
        gradient[offset + tier] = (gradient[offset + tier] as number) + slope;
      }
    }
  }
  rules.forEach(({ penalty }, feature) => {
    for (let offset = feature * CLASSES; offset < (feature + 1) * CLASSES; offset += 1) {
      const value = at[offset] as number;
      gradient[offset] = (gradient[offset] as number) + penalty * value;
      loss += (penalty * value * value) / 2;
    }
  });
  return { gradient, loss };
}

/** Writes the slope of a row's loss by its evidence to `into`; returns the loss, the surprise at the row's tier. */
function pullOfRow(tier: number, evidence: Float64Array, into: Float64Array): number {
  const largest = Math.max(0, ...evidence);
  const powers = [Math.exp(-largest), ...Array.from(evidence, (value) => Math.exp(value - largest))];
  const total = powers.reduce((sum, power) => sum + power, 0);
  for (let other = 0; other < CLASSES; other += 1) {
    into[other] = (powers[other + 1] as number) / total - (tier === other + 1 ? 1 : 0);
  }
  return -Math.log((powers[tier] as number) / total);
}

/**
 * Adds the slope of the disagreement of a row with the other forms of its ask to `into`; returns what it costs. The mean
 * over the tiers, SIMPLE among them, does not count, since it moves no decision.
 */
function pullTogether(evidence: Float64Array, means: Float64Array, ask: number, into: Float64Array): number {
  const apart = evidence.map((value, tier) => value - (means[ask * CLASSES + tier] as number));
  const common = apart.reduce((sum, value) => sum + value, 0) / (CLASSES + 1);
  let squares = common * common;
  for (let tier = 0; tier < CLASSES; tier += 1) {
    const own = (apart[tier] as number) - common;
    squares += own * own;
    // The mean of the forms moves too, but what it adds cancels out over the forms of an ask.
    into[tier] = (into[tier] as number) + DISAGREEMENT_PENALTY * own;
  }
  return (DISAGREEMENT_PENALTY * squares) / 2;
}

/** The weighted mean evidence of the forms of each ask. */
function meansOfAsks(rows: SparseRows, chosen: readonly number[], strengths: Float64Array): Float64Array {
  const asks = rows.asks.reduce((most, ask) => Math.max(most, ask), 0) + 1;
  const sums = new Float64Array(asks * CLASSES);
  const weights = new Float64Array(asks);
  const evidence = new Float64Array(CLASSES);
  for (const row of chosen) {
    evidenceOfRow(rows, row, strengths, evidence);
    const ask = rows.asks[row] as number;
    const weight = rows.weights[row] as number;
    weights[ask] = (weights[ask] as number) + weight;
    for (let tier = 0; tier < CLASSES; tier += 1) {
      sums[ask * CLASSES + tier] = (sums[ask * CLASSES + tier] as number) + weight * (evidence[tier] as number);
    }
  }
  return sums.map((sum, at) => sum / Math.max(Number.MIN_VALUE, weights[Math.floor(at / CLASSES)] as number));
}

/**
 * How far to go along the slope, feature by feature: rare words may go much further than what every row has. The sums
 * bound the curvature from above (a matrix is at most the diagonal of its absolute row sums); the softmax bends by half
 * at the most, and the spread around a mean by no more than the rows' own.
 */
function stepsOf(rows: SparseRows, chosen: readonly number[], rules: readonly FeatureRule[]): Float64Array {
  const sums = new Float64Array(rules.length);
  for (const row of chosen) {
    const from = rows.starts[row] as number;
    const to = rows.starts[row + 1] as number;
    const total = rows.values.subarray(from, to).reduce((sum, value) => sum + Math.abs(value), 0);
    for (let entry = from; entry < to; entry += 1) {
      const feature = rows.features[entry] as number;
      const amount = (rows.weights[row] as number) * Math.abs(rows.values[entry] as number) * total;
      sums[feature] = (sums[feature] as number) + amount;
    }
  }
  return sums.map((sum, feature) => 1 / ((0.5 + DISAGREEMENT_PENALTY) * sum + (rules[feature] as FeatureRule).penalty));
}
