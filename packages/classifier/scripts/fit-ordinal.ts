// Ordinal logistic regression with sign constraints: projected stochastic gradient descent with decaying steps.

/** One training example: values per dimension and the ordered level that it belongs to. */
export interface OrdinalExample {
  readonly values: readonly number[];
  readonly level: number;
  readonly weight: number;
}

/** Weights per dimension and the ascending thresholds between levels. */
export interface OrdinalModel {
  readonly weights: readonly number[];
  readonly thresholds: readonly number[];
}

interface FitSettings {
  readonly signs: readonly number[];
  /** Where fitting starts and what it is pulled back to: a dimension without evidence keeps its weight. */
  readonly prior: OrdinalModel;
  readonly random: () => number;
}

const EPOCHS = 120;
const FIRST_STEP = 0.08;
const PULL_TO_PRIOR = 0.005; // per unit of training weight
const SMALLEST_GAP = 0.3;

/** Fits a model; the same examples, settings and seed give the same model. */
export function fitOrdinal(examples: readonly OrdinalExample[], settings: FitSettings): OrdinalModel {
  const weights = [...settings.prior.weights];
  const thresholds = [...settings.prior.thresholds];
  const meanWeight = examples.reduce((sum, { weight }) => sum + weight, 0) / Math.max(1, examples.length);
  const order = examples.map((_, index) => index);
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    shuffle(order, settings.random);
    const step = FIRST_STEP / (1 + epoch / 8);
    for (const index of order) {
      const example = examples[index] as OrdinalExample;
      learn(weights, thresholds, example, (step * example.weight) / meanWeight);
    }
    project(weights, thresholds, settings, step * examples.length);
  }
  return { weights, thresholds };
}

function learn(weights: number[], thresholds: number[], example: OrdinalExample, step: number): void {
  let score = 0;
  example.values.forEach((value, at) => {
    score += value * (weights[at] ?? 0);
  });
  let slope = 0;
  thresholds.forEach((threshold, at) => {
    const error = (example.level > at ? 1 : 0) - 1 / (1 + Math.exp(threshold - score));
    slope += error;
    thresholds[at] = threshold - step * error;
  });
  example.values.forEach((value, at) => {
    if (value !== 0) weights[at] = (weights[at] ?? 0) + step * slope * value;
  });
}

function project(weights: number[], thresholds: number[], { signs, prior }: FitSettings, effort: number): void {
  const pull = Math.min(0.5, effort * PULL_TO_PRIOR);
  for (let at = 0; at < weights.length; at += 1) {
    const pulled = (weights[at] ?? 0) + pull * ((prior.weights[at] ?? 0) - (weights[at] ?? 0));
    weights[at] = (signs[at] ?? 1) > 0 ? Math.max(0, pulled) : Math.min(0, pulled);
  }
  for (let at = 1; at < thresholds.length; at += 1) {
    thresholds[at] = Math.max(thresholds[at] ?? 0, (thresholds[at - 1] ?? 0) + SMALLEST_GAP);
  }
}

function shuffle(order: number[], random: () => number): void {
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
}
