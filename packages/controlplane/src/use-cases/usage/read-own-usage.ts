// A caller's own usage: the rolling day and the rolling 30 days, and the models of the latter.
import { readUsageGroups, readUsageSums, type UsageSums } from '../../db/ledger/read-usage.ts';
import { awaitPositions, type BooksReader } from '../../usage/position-barrier.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface OwnUsage {
  readonly asOf: string;
  /** True when every event that had ended before the reading began is in it. */
  readonly complete: boolean;
  readonly last24h: UsageSums;
  readonly last30d: UsageSums;
  readonly models: readonly (UsageSums & { readonly model: string })[];
}

/** Reads one principal's usage from the books. */
export async function readOwnUsage(
  books: BooksReader,
  principal: string,
  nowMs: number = Date.now(),
): Promise<OwnUsage> {
  const complete = await awaitPositions(books);
  const { pool, cell } = books;
  const month = { cell, principal, from: new Date(nowMs - 30 * DAY_MS) };
  const [last24h, last30d, models] = await Promise.all([
    readUsageSums(pool, { cell, principal, from: new Date(nowMs - DAY_MS) }),
    readUsageSums(pool, month),
    readUsageGroups(pool, { ...month, groupBy: 'model' }),
  ]);
  return {
    asOf: new Date(nowMs).toISOString(),
    complete,
    last24h,
    last30d,
    models: models.map(({ key, email: _, ...sums }) => ({ model: key ?? '', ...sums })),
  };
}
