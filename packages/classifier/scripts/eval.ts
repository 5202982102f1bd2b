// `classifier:eval <labelled.jsonl>…`: how good the default parameters are on labelled lines.
import { classify, compileClassifier, defaultClassifierParameters, TIERS } from '../src/index.ts';
import { type LabelledRow, readLabelledRows } from './labelled-rows.ts';
import { formatQuality, type JudgedRow, measureQuality, QUALITY_HEADER, qualityBy } from './report-quality.ts';

const args = process.argv.slice(2);
const paths = args.filter((argument) => !argument.startsWith('--'));
const showMisses = args.includes('--misses');
if (paths.length === 0 || args.some((argument) => argument.startsWith('--') && argument !== '--misses')) {
  process.stderr.write('usage: classifier:eval [--misses] <labelled.jsonl>…\n');
  process.exit(1);
}

const compiled = compileClassifier(defaultClassifierParameters);
const judged: JudgedRow[] = readLabelledRows(paths).map((row) => {
  const { tier, score } = classify(row.request, compiled);
  return { row, score, predicted: TIERS.indexOf(tier) };
});

const lines = [QUALITY_HEADER, formatQuality('all', measureQuality(judged))];
for (const [name, quality] of qualityBy(judged, (row) => row.file)) lines.push(formatQuality(name, quality));
for (const [name, quality] of qualityBy(judged, (row) => `${row.file.slice(0, 16)} ${kindOf(row)}`)) {
  lines.push(formatQuality(`  ${name}`, quality));
}
for (const [name, quality] of qualityBy(judged, (row) => row.language))
  lines.push(formatQuality(`lang ${name}`, quality));
if (showMisses) {
  for (const { row, predicted, score } of judged) {
    if (predicted !== row.tier) lines.push(`${row.id} is ${TIERS[row.tier]}, read as ${TIERS[predicted]} (${score})`);
  }
}

/** The group of a row; sets of wordings are one. */
function kindOf({ group }: LabelledRow): string {
  return group.startsWith('set-') ? 'wordings' : group;
}
process.stdout.write(`${lines.join('\n')}\n`);
