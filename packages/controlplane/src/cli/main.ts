// Commands for whoever is on the host when the console cannot help: roll back, give somebody admin rights for a time, raise
// the epoch after a restore. Each is an ordinary publication, so that pods get it and the trail has it.
import { randomUUID } from 'node:crypto';
import { EXIT_CONFIG } from '@secrouter/proto';
import { appendAuditEvents } from '../audit/append-audit-events.ts';
import { findRevision } from '../db/config-queries.ts';
import { createPrisma } from '../db/create-prisma.ts';
import { openPool } from '../db/open-pool.ts';
import { createLogger } from '../environment/create-logger.ts';
import { grantAdmin } from '../policy/admin-grants.ts';
import { type PublishDependencies, type PublishOutcome, publish } from '../policy/publish.ts';
import { readSigningKey } from '../policy/signing-key.ts';
import { readCommandConfig } from './config.ts';
import { type HostCommand, parseCommand, USAGE } from './parse-command.ts';

const EXIT_USAGE = 64;
const EXIT_REFUSED = 1;

const command = parseCommand(process.argv.slice(2), new Date());
if (typeof command === 'string') {
  process.stderr.write(`${command}\n${USAGE}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  process.exitCode = await execute(command);
}

async function execute(hostCommand: HostCommand): Promise<number> {
  const { databaseUrl, cell, signingKeyFile, author } = readCommandConfig();
  // What breaks is said by the command itself.
  const log = createLogger('command', 'silent');
  const pool = openPool({ databaseUrl, name: 'secrouter-command', size: 2 }, log);
  try {
    const deps: PublishDependencies = {
      pool,
      cell,
      signingKey: readSigningKey(signingKeyFile).privateKey,
      appendAudit: (client, events) => appendAuditEvents(client, cell, events),
      auditOrigin: { cell, podId: 'host-command', podStream: randomUUID() },
    };
    return report(await run(deps, hostCommand, author));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT_CONFIG;
  } finally {
    await pool.end();
  }
}

async function run(deps: PublishDependencies, hostCommand: HostCommand, author: string): Promise<PublishOutcome> {
  const change = { author, reason: hostCommand.reason, sourceIp: null, requestId: null };
  switch (hostCommand.name) {
    case 'grant-admin':
      return grantAdmin(deps, hostCommand, change);
    case 'raise-epoch':
      return publish(deps, { kind: 'restore', above: hostCommand.above, raiseEpoch: true }, change);
    case 'rollback': {
      const row = await findRevision(createPrisma(deps.pool), deps.cell, hostCommand.revision);
      if (row === undefined) throw new Error(`there is no revision ${hostCommand.revision}`);
      return publish(deps, { kind: 'rollback', revision: row.revision, overrides: row.overrides }, change);
    }
  }
}

function report(result: PublishOutcome): number {
  if (result.outcome === 'published' || result.outcome === 'unchanged') {
    process.stdout.write(`revision ${result.revision}\n`);
    return 0;
  }
  const problems =
    result.outcome === 'invalid'
      ? result.problems.map(({ path, message }) => `${path}: ${message}`)
      : [`somebody published revision ${result.revision} meanwhile; try again`];
  process.stderr.write(`${problems.join('\n')}\n`);
  return EXIT_REFUSED;
}
