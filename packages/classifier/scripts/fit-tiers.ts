// Multinomial logistic regression with an L2 penalty and sign constraints, by accelerated projected gradient steps
// (FISTA with restarts). No randomness: the same rows give the same model, bit for bit on one kind of machine.

/** Rows with few non-zero values: the features of row `r` stand from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly features: Int32Array;
  readonly values: Float64Array;
  /** 0 for SIMPLE to 3 for REASONING. */
  readonly tiers: Uint8Array;
  readonly weights: Float64Array;
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
const ITERATIONS = 600;

/** Fits the strengths of all features on the rows that are named. */
export function fitTiers(rows: SparseRows, chosen: readonly number[], rules: readonly FeatureRule[]): FittedStrengths {
  const size = rules.length * CLASSES;
  const step =
    1 / (0.5 * largestEigenvalue(rows, chosen, rules.length) + Math.max(...rules.map(({ penalty }) => penalty)));
  let current = new Float64Array(size);
  let ahead = new Float64Array(size);
  let momentum = 1;
  let lastLoss = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    const { gradient, loss } = gradientAt(rows, chosen, rules, ahead);
    const next = new Float64Array(size);
    for (let at = 0; at < size; at += 1) {
      const moved = (ahead[at] as number) - step * (gradient[at] as number);
      const { sign } = rules[Math.floor(at / CLASSES)] as FeatureRule;
      next[at] = sign > 0 ? Math.max(0, moved) : sign < 0 ? Math.min(0, moved) : moved;
    }
    if (loss > lastLoss) momentum = 1; // it overshot: start anew from here
    lastLoss = loss;
    const nextMomentum = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const push = (momentum - 1) / nextMomentum;
    ahead = next.map((value, at) => value + push * (value - (current[at] as number)));
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
  let loss = 0;
  for (const row of chosen) {
    evidenceOfRow(rows, row, at, evidence);
    const tier = rows.tiers[row] as number;
    const weight = rows.weights[row] as number;
    const largest = Math.max(0, ...evidence);
    const powers = [Math.exp(-largest), ...Array.from(evidence, (value) => Math.exp(value - largest))];
    const total = powers.reduce((sum, power) => sum + power, 0);
    loss -= weight * Math.log((powers[tier] as number) / total);
    for (let at2 = rows.starts[row] as number; at2 < (rows.starts[row + 1] as number); at2 += 1) {
      const offset = (rows.features[at2] as number) * CLASSES;
      const value = weight * (rows.values[at2] as number);
      for (let other = 0; other < CLASSES; other += 1) {
        const error = (powers[other + 1] as number) / total - (tier === other + 1 ? 1 : 0);
        gradient[offset + other] = (gradient[offset + other] as number) + value * error;
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

/** The largest eigenvalue of the weighted rows' Gram matrix, by power iteration. */
function largestEigenvalue(rows: SparseRows, chosen: readonly number[], size: number): number {
  let vector = new Float64Array(size).fill(1 / Math.sqrt(size));
  let eigenvalue = 1;
  for (let iteration = 0; iteration < 30; iteration += 1) {
    const next = new Float64Array(size);
    for (const row of chosen) {
      let product = 0;
      for (let at = rows.starts[row] as number; at < (rows.starts[row + 1] as number); at += 1) {
        product += (rows.values[at] as number) * (vector[rows.features[at] as number] as number);
      }
      product *= rows.weights[row] as number;
      for (let at = rows.starts[row] as number; at < (rows.starts[row + 1] as number); at += 1) {
        const feature = rows.features[at] as number;
        next[feature] = (next[feature] as number) + product * (rows.values[at] as number);
      }
    }
    eigenvalue = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    vector = next.map((value) => value / eigenvalue);
  }
  return eigenvalue * 1.05;
}
