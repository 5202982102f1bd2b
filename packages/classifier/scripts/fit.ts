// `classifier:fit [--seed n] [--hold-out file]… <labelled.jsonl>…`: learns weights and boundaries, prints them with the
// figures on the rows held out. Ordinal (proportional-odds) logistic regression, 1,000 points per unit of log-odds.
import {
  type ClassifierParameters,
  compileClassifier,
  DIMENSION_SIGNS,
  DIMENSIONS,
  type Dimension,
  defaultClassifierParameters,
  measureRequest,
} from '../src/index.ts';
import { fitOrdinal, type OrdinalExample, type OrdinalModel } from './fit-ordinal.ts';
import { type LabelledRow, readLabelledRows } from './labelled-rows.ts';
import { PRIOR } from './prior-weights.ts';
import { formatQuality, type JudgedRow, measureQuality, QUALITY_HEADER, qualityBy } from './report-quality.ts';
import { seededRandom } from './seeded-random.ts';

const POINTS_PER_LOG_ODDS = 1_000;
// A hand-written row is worth more than a synthetic one, and that more than one whose label was guessed from its source.
const HAND_WRITTEN_SHARE = 3;
const GUESSED_SHARE = 0.4;

const options = readOptions(process.argv.slice(2));
const compiled = compileClassifier(defaultClassifierParameters);
const rows = readLabelledRows(options.paths);
const examples = weighRows(rows).map(({ row, weight }) => toExample(row, weight));

const lines = [QUALITY_HEADER];
for (const source of options.leaveOut ? new Set(rows.map(sourceOf)) : []) {
  const model = fit(examples.filter((_, index) => sourceOf(rows[index] as LabelledRow) !== source));
  const judged = judge(
    model,
    rows.filter((row) => sourceOf(row) === source),
  );
  lines.push(formatQuality(`without ${source}`, measureQuality(judged)));
}
const model = fit(examples);
for (const [name, quality] of qualityBy(judge(model, rows), sourceOf))
  lines.push(formatQuality(`fitted ${name}`, quality));
for (const [name, quality] of qualityBy(judge(model, rows), (row) => row.file))
  lines.push(formatQuality(`fitted ${name}`, quality));
const heldOut = judge(model, readLabelledRows(options.holdOut));
for (const [name, quality] of qualityBy(heldOut, (row) => row.file))
  lines.push(formatQuality(`held out ${name}`, quality));
process.stderr.write(`${lines.join('\n')}\n`);
process.stdout.write(`${JSON.stringify(toParameters(model), null, 2)}\n`);

interface Options {
  readonly paths: readonly string[];
  readonly holdOut: readonly string[];
  readonly seed: number;
  readonly leaveOut: boolean;
}

function readOptions(args: readonly string[]): Options {
  const paths: string[] = [];
  const holdOut: string[] = [];
  let seed = 1;
  let leaveOut = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string;
    if (argument === '--seed') seed = Number(args[++index]);
    else if (argument === '--hold-out') holdOut.push(args[++index] ?? '');
    else if (argument === '--leave-out-each-source') leaveOut = true;
    else paths.push(argument);
  }
  if (paths.length > 0 && Number.isInteger(seed)) return { paths, holdOut, seed, leaveOut };
  process.stderr.write(
    'usage: classifier:fit [--seed n] [--hold-out file]… [--leave-out-each-source] <labelled.jsonl>…\n',
  );
  return process.exit(1);
}

function sourceOf(row: LabelledRow): string {
  const isLanguage = /^[a-z]{2}$/.test(row.group) || row.group === 'mixed';
  return isLanguage
    ? `${row.file} ${row.group === 'en' ? 'en' : 'other'}`
    : `${row.file} ${row.file.startsWith('tiers_sources') ? row.group : ''}`;
}

/** Every source and tier weighs the square root of its size, so that a large source does not drown the small ones. */
function weighRows(all: readonly LabelledRow[]): { row: LabelledRow; weight: number }[] {
  const cell = (row: LabelledRow): string => `${sourceOf(row)}/${row.tier}`;
  const sizes = Map.groupBy(all, cell);
  return all.map((row) => {
    if (!row.file.startsWith('tiers_')) return { row, weight: HAND_WRITTEN_SHARE / 10 };
    const weight = 1 / Math.sqrt(sizes.get(cell(row))?.length ?? 1);
    return { row, weight: row.file.startsWith('tiers_sources') ? weight * GUESSED_SHARE : weight };
  });
}

function toExample(row: LabelledRow, weight: number): OrdinalExample {
  const { measurements } = measureRequest(row.request, compiled);
  return { values: DIMENSIONS.map((dimension) => measurements[dimension].value), level: row.tier, weight };
}

function fit(training: readonly OrdinalExample[]): OrdinalModel {
  return fitOrdinal(training, {
    signs: DIMENSIONS.map((dimension) => DIMENSION_SIGNS[dimension]),
    prior: priorModel(),
    random: seededRandom(options.seed),
  });
}

function priorModel(): OrdinalModel {
  const { weights, boundaries } = PRIOR;
  return {
    weights: DIMENSIONS.map((dimension) => weights[dimension] / POINTS_PER_LOG_ODDS),
    thresholds: [boundaries.medium, boundaries.complex, boundaries.reasoning].map((at) => at / POINTS_PER_LOG_ODDS),
  };
}

function judge(model: OrdinalModel, judgedRows: readonly LabelledRow[]): JudgedRow[] {
  return judgedRows.map((row) => {
    const { values } = toExample(row, 1);
    const score = values.reduce((sum, value, at) => sum + value * (model.weights[at] ?? 0), 0);
    return { row, score, predicted: model.thresholds.filter((threshold) => score >= threshold).length };
  });
}

function toParameters(model: OrdinalModel): Pick<ClassifierParameters, 'boundaries' | 'weights'> {
  const points = (value: number | undefined): number => Math.round((value ?? 0) * POINTS_PER_LOG_ODDS) + 0;
  const [medium, complex, reasoning] = model.thresholds;
  return {
    boundaries: { medium: points(medium), complex: points(complex), reasoning: points(reasoning) },
    weights: Object.fromEntries(DIMENSIONS.map((dimension, at) => [dimension, points(model.weights[at])])) as Record<
      Dimension,
      number
    >,
  };
}
