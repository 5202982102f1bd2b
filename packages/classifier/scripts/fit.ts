// `classifier:fit [--seed n] [--write] [--hold-out file]… [--leave-out name]… <labelled.jsonl>…`: learns the strengths of
// dimensions and words and the boundaries, and says how well they do on rows they were not fitted on.
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compileClassifier, defaultClassifierParameters } from '../src/index.ts';
import type { Boundaries } from '../src/parameters.ts';
import { encodeRows, isHandWritten, learntParts, rulesOf } from './encode-rows.ts';
import { evidenceOfRow, fitTiers } from './fit-tiers.ts';
import { judgeRows } from './judge-rows.ts';
import { type LabelledRow, readLabelledRows } from './labelled-rows.ts';
import { boundariesFor, scoreOf } from './place-boundaries.ts';
import { formatQuality, type JudgedRow, measureQuality, QUALITY_HEADER, qualityBy } from './report-quality.ts';
import { seededRandom } from './seeded-random.ts';
import { renderModel, renderWording } from './write-model.ts';

const FOLDS = 5;

const options = readOptions(process.argv.slice(2));
const rows = readLabelledRows(options.paths);
const data = encodeRows(rows, seededRandom(options.seed));
const lines = [`${rows.length} rows, ${data.terms.length} words`, QUALITY_HEADER];
const everyRow = rows.map((_, index) => index);
const everyForm = [...data.origins.keys()];

const unseen = judgeUnseen();
lines.push(
  formatQuality(
    'each fifth left out: hand-written',
    measureQuality(unseen.judged.filter(({ row }) => isHandWritten(row))),
  ),
);
for (const [name, quality] of qualityBy(unseen.judged, (row) => row.file))
  lines.push(formatQuality(`  ${name}`, quality));
for (const source of options.leaveOut) lines.push(withoutSource(source));
const strengths = fitTiers(data.rows, everyForm, rulesOf(data));
const learnt = learntParts(data, strengths);
const compiled = compileClassifier(
  { ...defaultClassifierParameters, boundaries: unseen.boundaries },
  undefined,
  learnt,
);
const heldOut = judgeRows(readLabelledRows(options.holdOut), compiled);
for (const [name, quality] of qualityBy(heldOut, (row) => row.file))
  lines.push(formatQuality(`held out: ${name}`, quality));
process.stderr.write(`${lines.join('\n')}\n`);
process.stdout.write(`${JSON.stringify({ boundaries: unseen.boundaries, ...learnt.model }, null, 2)}\n`);
if (options.writes) {
  const folder = join(import.meta.dirname, '..', 'src');
  writeFileSync(join(folder, 'learnt-model.ts'), renderModel(learnt.model, unseen.boundaries));
  writeFileSync(join(folder, 'learnt-wording.ts'), renderWording(learnt.wording));
}

interface Options {
  readonly paths: readonly string[];
  readonly holdOut: readonly string[];
  readonly seed: number;
  /** File names of sources that are judged, each, by a model fitted without it. */
  readonly leaveOut: readonly string[];
  readonly writes: boolean;
}

function readOptions(args: readonly string[]): Options {
  const paths: string[] = [];
  const holdOut: string[] = [];
  const leaveOut: string[] = [];
  let seed = 1;
  let writes = false;
  let isKnown = true;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string;
    if (argument === '--seed') seed = Number(args[++index]);
    else if (argument === '--hold-out') holdOut.push(args[++index] ?? '');
    else if (argument === '--leave-out') leaveOut.push(args[++index] ?? '');
    else if (argument === '--write') writes = true;
    else if (argument.startsWith('--')) isKnown = false;
    else paths.push(argument);
  }
  const isSource = (name: string): boolean => paths.some((path) => basename(path) === name);
  if (paths.length > 0 && Number.isInteger(seed) && isKnown && leaveOut.every(isSource)) {
    return { paths, holdOut, seed, leaveOut, writes };
  }
  process.stderr.write(
    'usage: classifier:fit [--seed n] [--write] [--hold-out file]… [--leave-out name]… <labelled.jsonl>…\n',
  );
  return process.exit(1);
}

/** Every row judged by a model that has seen no form of its ask; boundaries are placed on those scores. */
function judgeUnseen(): { readonly judged: readonly JudgedRow[]; readonly boundaries: Boundaries } {
  const random = seededRandom(options.seed);
  const foldOfAsk = new Map<string, number>();
  for (const { ask } of rows) foldOfAsk.set(ask, foldOfAsk.get(ask) ?? Math.floor(random() * FOLDS));
  const folds = rows.map(({ ask }) => foldOfAsk.get(ask) ?? 0);
  const scores = new Float64Array(rows.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    for (const [index, score] of scoresUnseen((each) => folds[each] === fold)) scores[index] = score;
  }
  const boundaries = boundariesFor(rows, scores, isHandWritten);
  return { judged: rows.map((row, index) => judgeScore(row, scores[index] as number, boundaries)), boundaries };
}

function withoutSource(source: string): string {
  const scores = scoresUnseen((each) => rows[each]?.file === source);
  const judged = scores.map(([index, score]) => judgeScore(rows[index] as LabelledRow, score, unseen.boundaries));
  return formatQuality(`without ${source}`, measureQuality(judged));
}

/** The rows left out, each with its score by a model fitted on the forms of all the others. */
function scoresUnseen(isLeftOut: (row: number) => boolean): readonly (readonly [row: number, score: number])[] {
  const seen = everyForm.filter((form) => !isLeftOut(data.origins[form] as number));
  const fitted = fitTiers(data.rows, seen, rulesOf(data));
  const evidence = new Float64Array(3);
  return everyRow.filter(isLeftOut).map((row) => {
    evidenceOfRow(data.rows, row, fitted, evidence);
    return [row, scoreOf(evidence)];
  });
}

function judgeScore(row: LabelledRow, score: number, boundaries: Boundaries): JudgedRow {
  const reached = [boundaries.medium, boundaries.complex, boundaries.reasoning].filter((at) => score >= at);
  return { row, score, predicted: reached.length };
}
