// `classifier:eval <labelled.jsonl>…`: how good the default parameters are on labelled lines.
import { compileClassifier, defaultClassifierParameters, TIERS } from '../src/index.ts';
import { judgeRows } from './judge-rows.ts';
import { isOfSet, readLabelledRows } from './labelled-rows.ts';
import { formatQuality, measureQuality, QUALITY_HEADER, qualityBy } from './report-quality.ts';

const args = process.argv.slice(2);
const paths = args.filter((argument) => !argument.startsWith('--'));
const showMisses = args.includes('--misses');
if (paths.length === 0 || args.some((argument) => argument.startsWith('--') && argument !== '--misses')) {
  process.stderr.write('usage: classifier:eval [--misses] <labelled.jsonl>…\n');
  process.exit(1);
}

const compiled = compileClassifier(defaultClassifierParameters);
const judged = judgeRows(readLabelledRows(paths), compiled);

const lines = [QUALITY_HEADER, formatQuality('all', measureQuality(judged))];
for (const [name, quality] of qualityBy(judged, (row) => row.file)) lines.push(formatQuality(name, quality));
for (const [name, quality] of qualityBy(
  judged,
  (row) => `${row.file.slice(0, 16)} ${isOfSet(row) ? 'wordings' : row.group}`,
)) {
  lines.push(formatQuality(`  ${name}`, quality));
}
for (const [name, quality] of qualityBy(judged, (row) => row.language))
  lines.push(formatQuality(`lang ${name}`, quality));
if (showMisses) {
  for (const { row, predicted, score } of judged) {
    if (predicted !== row.tier) lines.push(`${row.id} is ${TIERS[row.tier]}, read as ${TIERS[predicted]} (${score})`);
  }
}
process.stdout.write(`${lines.join('\n')}\n`);
