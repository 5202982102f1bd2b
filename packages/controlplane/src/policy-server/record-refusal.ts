// A pod refused a snapshot: that belongs in the trail, because from then on the fleet is governed by two revisions.
import { withTransaction } from '../db/transaction.ts';
import { auditEvent } from '../policy/change-audit.ts';
import type { PublishDependencies } from '../policy/publish.ts';
import type { PodRefusal } from './fleet.ts';

/** Appends `config.nack`. */
export async function recordRefusal(publishing: PublishDependencies, refusal: PodRefusal): Promise<void> {
  const { nodeId, position, reason, path } = refusal;
  const event = auditEvent(
    publishing.auditOrigin,
    new Date().toISOString(),
    {
      context: { author: 'system:policy-server', reason: '', sourceIp: null, requestId: null },
      seal: { revision: position.revision },
    },
    'config.nack',
    { pod: nodeId, epoch: position.epoch, revision: position.revision, reason, path },
  );
  await withTransaction(publishing.pool, (client) =>
    publishing.appendAudit(client, [{ ...event, principal: null, outcome: 'refused' }]),
  );
}
