// Break-glass: somebody on the host gives a principal admin rights for a time. A user override like any other, loud and in
// the trail; the policy server takes it back when it ends.
import type { ConfigProblem } from '@secrouter/proto';
import type { Logger } from 'pino';
import { readConfigState } from '../db/config-store.ts';
import { readHeadPosition } from '../db/snapshot-store.ts';
import { type ConfigState, overrideValue } from './config-state.ts';
import { isSame } from './diff-values.ts';
import { fileValues, type JsonRecord, recordAt } from './file-values.ts';
import { type ChangeContext, type PublishDependencies, type PublishOutcome, publish } from './publish.ts';

/** A grant for longer than this is no emergency; write it into the file. */
export const MAX_GRANT_HOURS = 24 * 7;

/** Gives a principal `admin: true` beside whatever its rule says, until a time. */
export async function grantAdmin(
  deps: PublishDependencies,
  grant: { readonly principal: string; readonly until: Date },
  change: Pick<ChangeContext, 'author' | 'reason'>,
): Promise<PublishOutcome> {
  const { principal, until } = grant;
  const { revision, state } = await readState(deps);
  const previous = overrideValue(state.overrides, 'policy.user', principal);
  return publish(
    deps,
    { kind: 'override', scope: 'policy.user', name: principal, value: withAdmin(state, principal) },
    {
      ...change,
      sourceIp: null,
      requestId: null,
      expectedRevision: revision,
      alongside: async (client) => {
        await client.query(
          `INSERT INTO admin_grant (cell, principal, expires_at, previous, created_at)
           VALUES ($1, $2, $3, $4, clock_timestamp())
           ON CONFLICT (cell, principal) DO UPDATE SET expires_at = EXCLUDED.expires_at`,
          [deps.cell, principal, until, previous === null ? null : JSON.stringify(previous)],
        );
      },
    },
  );
}

/** Takes back every grant whose time is over. A right that is the last one stays, and is said at each call. */
export async function endExpiredGrants(deps: PublishDependencies, log: Logger): Promise<void> {
  const { rows } = await deps.pool.query<ExpiredGrant>(
    'SELECT principal, previous FROM admin_grant WHERE cell = $1 AND expires_at <= clock_timestamp() ORDER BY expires_at',
    [deps.cell],
  );
  for (const grant of rows) {
    const result = await endGrant(deps, grant);
    if (result.outcome === 'invalid') logStays(log, grant.principal, result.problems);
    else log.warn({ principal: grant.principal, outcome: result.outcome }, 'a grant of admin rights ended');
  }
}

interface ExpiredGrant {
  readonly principal: string;
  readonly previous: unknown;
}

async function endGrant(deps: PublishDependencies, grant: ExpiredGrant): Promise<PublishOutcome> {
  const { principal } = grant;
  const { revision, state } = await readState(deps);
  const forget = { text: 'DELETE FROM admin_grant WHERE cell = $1 AND principal = $2', values: [deps.cell, principal] };
  const value = valueAfter(state, grant);
  if (isSame(value, overrideValue(state.overrides, 'policy.user', principal))) {
    await deps.pool.query(forget); // somebody else has taken the right back already
    return { outcome: 'unchanged', revision };
  }
  return publish(
    deps,
    { kind: 'override', scope: 'policy.user', name: principal, value },
    {
      author: 'system:policy-server',
      reason: 'the time of an admin grant is over',
      sourceIp: null,
      requestId: null,
      expectedRevision: revision,
      alongside: async (client) => {
        await client.query(forget);
      },
    },
  );
}

// What somebody wrote over the grant meanwhile stays, without the right.
function valueAfter(state: ConfigState, { principal, previous }: ExpiredGrant): unknown {
  const current = overrideValue(state.overrides, 'policy.user', principal);
  const before = { ...state, overrides: state.overrides.filter((entry) => !isRuleOf(entry, principal)) };
  const restored = previous === null ? before : withOverride(before, principal, previous);
  if (isSame(current, withAdmin(restored, principal))) return previous;
  if (typeof current !== 'object' || current === null) return current;
  const { admin: _right, ...rest } = current as JsonRecord;
  return rest;
}

function withAdmin(state: ConfigState, principal: string): JsonRecord {
  const override = overrideValue(state.overrides, 'policy.user', principal) as JsonRecord | null;
  const file = recordAt(recordAt(fileValues(state.files.config).policy, 'users'), principal);
  return { ...(override ?? file), admin: true };
}

function withOverride(state: ConfigState, name: string, value: unknown): ConfigState {
  return { ...state, overrides: [...state.overrides, { scope: 'policy.user', name, value }] };
}

function isRuleOf(entry: { readonly scope: string; readonly name: string }, principal: string): boolean {
  return entry.scope === 'policy.user' && entry.name === principal;
}

async function readState(deps: PublishDependencies): Promise<{ revision: number; state: ConfigState }> {
  const head = await readHeadPosition(deps.pool, deps.cell);
  const state = head === undefined ? undefined : await readConfigState(deps.pool, deps.cell, head);
  if (head === undefined || state === undefined) throw new Error('nothing has been published yet');
  return { revision: head.revision, state };
}

function logStays(log: Logger, principal: string, problems: readonly ConfigProblem[]): void {
  log.error({ principal, problems }, 'a grant of admin rights is over and cannot be taken back');
}
