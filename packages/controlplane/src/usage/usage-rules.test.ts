import { orphanedUsage, usageEventSchema, uuidV7Time } from '@secrouter/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ROLLUP_SUMS } from '../db/ledger/add-rollups.ts';
import { counterAmount } from './counter-amount.ts';
import { adjustmentId, lateCloseAdjustment } from './late-close.ts';
import { parseBatch } from './parse-batch.ts';
import { toStorable } from './storable-text.ts';
import { BUCKET_MS, sumRollups } from './sum-rollups.ts';
import { openRecord, usageEvent } from './usage-fixtures.ts';

describe('roll-ups', () => {
  it('have the sums of their events, in whatever order these come', () => {
    const event = fc
      .record({
        principal: fc.constantFrom('a', 'b'),
        costCenter: fc.constantFrom(null, 'eng'),
        costNanoUsd: fc.integer({ min: -1_000, max: 1_000 }),
        outputTokens: fc.nat(100),
        outcome: fc.constantFrom('ok' as const, 'timeout' as const),
        time: fc.integer({ min: 0, max: 4 * BUCKET_MS }).map((ms) => new Date(ms).toISOString()),
      })
      .map((over) => usageEvent(over));

    fc.assert(
      fc.property(fc.array(event), (events) => {
        const rollups = sumRollups(events);
        const total = (name: (typeof ROLLUP_SUMS)[number]) => rollups.reduce((sum, { sums }) => sum + sums[name], 0);
        const names = (from: ReturnType<typeof sumRollups>) => from.map(({ key }) => JSON.stringify(key)).sort();

        expect(total('requestCount')).toBe(events.length);
        expect(total('costNanoUsd')).toBe(events.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0));
        expect(total('failedCount')).toBe(events.filter(({ outcome }) => outcome === 'timeout').length);
        expect(new Set(names(rollups)).size).toBe(rollups.length);
        expect(names(sumRollups([...events].reverse()))).toEqual(names(rollups));
      }),
    );
  });

  it('count an adjustment as money, not as a request', () => {
    const [rollup] = sumRollups([usageEvent({ kind: 'adjustment', refersTo: usageEvent().eventId, costNanoUsd: -5 })]);

    expect(rollup?.sums).toMatchObject({ requestCount: 0, adjustmentCount: 1, costNanoUsd: -5, totalMs: 0 });
    expect(rollup?.key.bucket).toBe('2026-03-04T05:00:00.000Z');
  });
});

describe('a late close', () => {
  it('adds up with the orphan to what was really used', () => {
    const charged = orphanedUsage(openRecord(), 50, 'expired');
    const closed = usageEvent();
    const adjustment = lateCloseAdjustment(closed, charged);

    for (const name of [
      'inputTokens',
      'cachedInputTokens',
      'outputTokens',
      'reasoningTokens',
      'costNanoUsd',
    ] as const) {
      expect(charged[name] + adjustment[name]).toBe(closed[name]);
    }
    expect(adjustment).toMatchObject({ kind: 'adjustment', refersTo: closed.eventId });
    expect(usageEventSchema.safeParse(adjustment).success).toBe(true);
  });

  it('is one adjustment in the month of its row, however often it comes', () => {
    const { eventId } = usageEvent();

    expect(adjustmentId(eventId)).toBe(adjustmentId(eventId));
    expect(adjustmentId(eventId)).not.toBe(eventId);
    expect(uuidV7Time(adjustmentId(eventId))).toBe(uuidV7Time(eventId));
  });
});

describe('an orphan', () => {
  it('is charged its input bound and the output last reported', () => {
    expect(orphanedUsage(openRecord(), 150, 'expired')).toMatchObject({
      outcome: 'orphaned',
      inputTokens: 1_000,
      outputTokens: 150,
      costNanoUsd: 110_000,
      estimated: true,
    });
    expect(usageEventSchema.safeParse(orphanedUsage(openRecord(), 0, 'expired')).success).toBe(true);
  });

  it('costs nothing where its model had no price', () => {
    expect(orphanedUsage(openRecord({ price: null }), 150, 'expired').costNanoUsd).toBe(0);
  });
});

it.each([
  ['x:counter:user/u|requests|day', 1],
  ['x:counter:user/u|inputTokens|day', 100],
  ['x:counter:group/eng|outputTokens|[["m"],[],[]]|month', 20],
  ['x:counter:organization|totalTokens|hour', 120],
  ['x:counter:user/u|costNanoUsd|month@UTC|0', 12_345],
  ['x:counter:user/u|concurrency', 0],
])('settles counter %s with %d', (key, amount) => {
  expect(counterAmount(key, usageEvent())).toBe(amount);
});

describe('a batch', () => {
  const { podId, podStream } = usageEvent();
  const envelope = { version: 1, cell: 'main', podId, podStream };
  const entry = { kind: 'usage', sequence: 1, event: usageEvent(), sourceIp: null };

  it('is read entry by entry: a bad one does not take its neighbours with it', () => {
    const bad = { ...entry, sequence: 2, event: { ...usageEvent(), status: 'x' } };
    const parsed = parseBatch({ ...envelope, entries: [entry, bad, { ...entry, sequence: 3 }] }, 'main');

    expect(parsed.items.map((item) => item.sequence)).toEqual([1, 3]);
    expect(parsed.rejected).toMatchObject([{ sequence: 2, podStream, payload: JSON.stringify(bad) }]);
  });

  it.each([
    ['another cell', { ...envelope, cell: 'other', entries: [entry] }],
    ['another cell in the event', { ...envelope, entries: [{ ...entry, event: usageEvent({ cell: 'other' }) }] }],
    ['an adjustment of nothing', { ...envelope, entries: [{ ...entry, event: usageEvent({ kind: 'adjustment' }) }] }],
    [
      'a usage that refers to a row',
      { ...envelope, entries: [{ ...entry, event: usageEvent({ refersTo: podStream }) }] },
    ],
    ['no entries', envelope],
    ['no batch', 7],
  ])('parks %s', (_, payload) => {
    const parsed = parseBatch(payload, 'main');

    expect(parsed.items).toEqual([]);
    expect(parsed.rejected).toHaveLength(1);
  });

  it('names ids as PostgreSQL prints them', () => {
    const upper = { ...entry, event: usageEvent({ eventId: usageEvent().eventId.toUpperCase() }) };

    expect(parseBatch({ ...envelope, entries: [upper] }, 'main').items[0]?.entry.event.eventId).toBe(
      usageEvent().eventId,
    );
  });
});

it('replaces text that cannot be stored and keeps everything else as it is', () => {
  const item = {
    podId: 'p',
    podStream: 's',
    sequence: 1,
    entry: { kind: 'usage', sequence: 1, event: usageEvent(), sourceIp: null },
  };
  const odd = { ...item, entry: { ...item.entry, event: usageEvent({ traceId: 'a\u0000\ud800\u{1f600}' }) } };

  expect(toStorable(item as never)).toBe(item);
  expect(toStorable(odd as never).entry.event.traceId).toBe('a\ufffd\ufffd\u{1f600}');
});
