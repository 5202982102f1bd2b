// Prints which file proves which row of the three tables (T tokens, P what crosses the proxy, F faults), from the names
// of the tests. docs/tests.md holds its output between two markers; `--write` renews it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = join(ROOT, 'docs', 'tests.md');
const BEGIN = '<!-- rows: node test/scripts/list-covered-rows.ts --write -->';
const END = '<!-- end of rows -->';
const TABLES = [
  ['T', 'Tokens'],
  ['P', 'HTTP'],
  ['F', 'Faults'],
] as const;

function sources(directory: string): readonly string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(\.test|-rows)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/node_modules|\/dist\//.test(path));
}

function rowsOf(path: string, letter: string): readonly string[] {
  // A row stands at the start of a name or of a table's first column: quoted, alone or before a blank.
  const found = readFileSync(path, 'utf8').matchAll(/['"`]((?:[TPF]\d{2,3} )*[TPF]\d{2,3})(?=['"`\s,])/g);
  const rows = [...found].flatMap(([, names = '']) => names.split(' ')).filter((row) => row.startsWith(letter));
  return [...new Set(rows)].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

const files = ['packages', 'infra', 'test'].flatMap(sources).sort();
const lines = TABLES.flatMap(([letter, title]) => {
  const table = files
    .map((path) => [relative(ROOT, path), rowsOf(path, letter)] as const)
    .filter(([, rows]) => rows.length > 0);
  return [
    `## ${title}`,
    '| file | cases |',
    '|---|---|',
    ...table.map(([file, rows]) => `| \`${file}\` | ${rows.join(', ')} |`),
    '',
  ];
});
const text = [BEGIN, ...lines, END].join('\n');

if (process.argv.includes('--write')) {
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  writeFileSync(PAGE, `${page.slice(0, before)}${text}${page.slice(after + END.length)}`);
} else {
  process.stdout.write(`${text}\n`);
}
