// What an administrator can do to the configuration, each a publication.
import { randomUUID } from 'node:crypto';
import type { OverrideScope, Revocation } from '@secrouter/proto';
import type { ConsoleContext } from '../../context/console-context.ts';
import { findRevision } from '../../db/config-queries.ts';
import { type ChangeContext, type PublishOutcome, publish } from '../../policy/publish.ts';
import { publishBaseline } from '../../policy/publish-baseline.ts';

/** Writes an override, or removes it with `null`. */
export function changeOverride(
  { publishing }: ConsoleContext,
  override: { readonly scope: OverrideScope; readonly name: string; readonly value: unknown },
  change: ChangeContext,
): Promise<PublishOutcome> {
  return publish(publishing, { kind: 'override', ...override }, change);
}

/** Restores the overrides of an old revision over the file of today; undefined where there is no such revision. */
export async function rollBack(
  { publishing, prisma, config }: ConsoleContext,
  revision: number,
  change: ChangeContext,
): Promise<PublishOutcome | undefined> {
  const row = await findRevision(prisma, config.cell, revision);
  if (row === undefined) return undefined;
  return publish(publishing, { kind: 'rollback', revision, overrides: row.overrides }, change);
}

/** Reads the configuration file again. */
export function reloadConfig({ publishing, config }: ConsoleContext, change: ChangeContext): Promise<PublishOutcome> {
  const { configFile, egressFile, listenersOnLoopback } = config;
  const location = { configFile, ...(egressFile === undefined ? {} : { egressFile }), listenersOnLoopback };
  return publishBaseline(publishing, location, change);
}

/** Denies a principal, a token id or a client at once. */
export async function revoke(
  { publishing, prisma, config }: ConsoleContext,
  denied: Pick<Revocation, 'kind' | 'value'>,
  change: ChangeContext,
): Promise<{ readonly id: string; readonly result: PublishOutcome }> {
  const revocation = { id: randomUUID(), ...denied };
  const result = await publish(publishing, { kind: 'revoke', revocation }, change);
  if (result.outcome !== 'unchanged') return { id: revocation.id, result };
  const inForce = await prisma.revocation.findFirst({ where: { cell: config.cell, ...denied, removedAt: null } });
  return { id: inForce?.id ?? revocation.id, result };
}

/** Takes a denial back; `unchanged` where there is none of this id in force. */
export function reinstate({ publishing }: ConsoleContext, id: string, change: ChangeContext): Promise<PublishOutcome> {
  return publish(publishing, { kind: 'reinstate', id }, change);
}
