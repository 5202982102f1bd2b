// The policy server's first act: today's file, or the last snapshot when the file is broken, or nothing to serve.
import type { ConfigProblem } from '@secrouter/proto';
import type { Logger } from 'pino';
import { readHeadPosition } from '../db/snapshot-store.ts';
import type { ChangeContext, PublishDependencies } from '../policy/publish.ts';
import { publishBaseline } from '../policy/publish-baseline.ts';
import type { BaselineLocation } from '../policy/read-baseline-files.ts';

/** The file is invalid and there is no earlier snapshot: exit 78. */
export class NothingToServe extends Error {
  constructor() {
    super('the configuration file is invalid and there is no earlier snapshot to serve');
    this.name = 'NothingToServe';
  }
}

const AT_START: ChangeContext = {
  author: 'system:policy-server',
  reason: 'the configuration file at start',
  sourceIp: null,
  requestId: null,
};

/** Publishes the file when it changed. Prints every problem of a broken one on standard error. */
export async function bringFileIntoForce(
  publishing: PublishDependencies,
  location: BaselineLocation,
  log: Logger,
): Promise<void> {
  const result = await publishBaseline(publishing, location, AT_START);
  if (result.outcome === 'published') {
    for (const { path, message } of result.warnings) log.warn({ path, detail: message }, 'configuration warning');
    log.info({ revision: result.revision }, 'configuration file published');
  }
  if (result.outcome !== 'invalid') return;
  printProblems(location.configFile, result.problems);
  const head = await readHeadPosition(publishing.pool, publishing.cell);
  if (head === undefined) throw new NothingToServe();
  log.error(
    { problems: result.problems, serving: head },
    'the configuration file is invalid; the last snapshot serves',
  );
}

function printProblems(file: string, problems: readonly ConfigProblem[]): void {
  process.stderr.write(`${file} is invalid:\n`);
  for (const { path, message } of problems) process.stderr.write(`  ${path}: ${message}\n`);
}
