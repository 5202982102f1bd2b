// `npm test`: everything the suite needs, then the whole suite. Arguments go to vitest.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import { findRedisProgram } from '../stores/redis-program.ts';
import { buildConsole } from './build.ts';
import { ensureChromium } from './chromium.ts';
import { showTool } from './run-tool.ts';
import { testSummary } from './test-summary.ts';

export async function main(args: readonly string[]): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  // Before the workers start: each of them would fetch its own.
  await findRedisProgram(say);
  const chromium = process.env.SECROUTER_TEST_CHROMIUM || ensureChromium(say);
  if (chromium === undefined) say('Browser tests are skipped: no Chromium here, and it cannot be installed');
  await buildConsole({ say });

  const folder = mkdtempSync(join(tmpdir(), 'secrouter-test-report-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const vitest = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const env = { ...process.env, SECROUTER_TEST_CHROMIUM: chromium };
    const exitCode = await showTool(vitest, ['run', ...reporters, ...args], { env });
    // There is none of a run that was interrupted.
    if (!existsSync(report)) return exitCode;
    process.stdout.write(`${testSummary(JSON.parse(readFileSync(report, 'utf8')))}\n`);
    return exitCode;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
