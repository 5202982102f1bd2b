// Denies and reinstates on a running fleet as the console does: a publication that the policy server then carries.

import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appendAuditEvents, type ChangeContext, type PublishDependencies, publish } from '@secrouter/controlplane';
import type { Revocation } from '@secrouter/proto';
import type pg from 'pg';
import type { Fleet } from './fleet.ts';

const BY_A_TEST: ChangeContext = { author: 'u-admin', reason: 'a test', sourceIp: '127.0.0.1', requestId: null };

export interface Revocations {
  /** Resolves, with the denial's id, once it is published. */
  readonly revoke: (kind: Revocation['kind'], value: string) => Promise<string>;
  readonly reinstate: (id: string) => Promise<void>;
}

/** Publishes into a fleet's database with its signing key. */
export async function revocationsOf(fleet: Fleet, pool: pg.Pool): Promise<Revocations> {
  const cell = 'main';
  const publishing: PublishDependencies = {
    pool,
    cell,
    signingKey: createPrivateKey(await readFile(join(fleet.directory, 'snapshot.pem'))),
    appendAudit: (transaction, events) => appendAuditEvents(transaction, cell, events),
    auditOrigin: { cell, podId: 'test', podStream: randomUUID() },
  };
  const change = async (wanted: Parameters<typeof publish>[1]) => {
    const { outcome } = await publish(publishing, wanted, BY_A_TEST);
    if (outcome !== 'published') throw new Error(`not published: ${outcome}`);
  };
  return {
    revoke: async (kind, value) => {
      const id = randomUUID();
      await change({ kind: 'revoke', revocation: { id, kind, value } });
      return id;
    },
    reinstate: (id) => change({ kind: 'reinstate', id }),
  };
}
