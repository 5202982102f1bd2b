// The figures by which a classifier is judged, from rows with a label, a score and a predicted tier.
import type { LabelledRow } from './labelled-rows.ts';

/** A labelled row with what the classifier said. */
export interface JudgedRow {
  readonly row: LabelledRow;
  readonly score: number;
  /** Index into `TIERS`. */
  readonly predicted: number;
}

/** Quality over a set of rows; shares are between 0 and 1. */
export interface Quality {
  readonly rows: number;
  readonly accuracy: number;
  /** Chance that a hard row (COMPLEX or above) scores above an easy one; `null` when one kind is missing. */
  readonly auroc: number | null;
  /** Wrong by two tiers or more. */
  readonly underRouted: number;
  readonly overRouted: number;
  /** Cost against sending everything to REASONING. */
  readonly costShare: number;
  /** Share of pairs of differently worded forms of one ask that get the same tier; `null` when there are none. */
  readonly invariance: number | null;
}

/** Relative prices of the tiers; only their ratios matter, and they are assumptions, not a price list. */
const TIER_COSTS = [1, 4, 15, 60] as const;

/** Computes all figures over some rows. */
export function measureQuality(judged: readonly JudgedRow[]): Quality {
  const count = judged.length;
  const share = (test: (row: JudgedRow) => boolean): number => judged.filter(test).length / Math.max(1, count);
  const cost = judged.reduce((sum, { predicted }) => sum + (TIER_COSTS[predicted] ?? 0), 0);
  return {
    rows: count,
    accuracy: share(({ row, predicted }) => predicted === row.tier),
    auroc: areaUnderCurve(judged),
    underRouted: share(({ row, predicted }) => row.tier - predicted >= 2),
    overRouted: share(({ row, predicted }) => predicted - row.tier >= 2),
    costShare: cost / Math.max(1, count * TIER_COSTS[3]),
    invariance: invarianceOf(judged),
  };
}

/** The same figures per value of a key, in alphabetical order. */
export function qualityBy(judged: readonly JudgedRow[], key: (row: LabelledRow) => string): [string, Quality][] {
  const groups = Map.groupBy(judged, ({ row }) => key(row));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, rows]) => [name, measureQuality(rows)]);
}

/** One line of a table. */
export function formatQuality(name: string, quality: Quality): string {
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`.padStart(8);
  const auroc = quality.auroc === null ? '       -' : quality.auroc.toFixed(3).padStart(8);
  const figures = [quality.accuracy, quality.underRouted, quality.overRouted, quality.costShare].map(percent);
  const invariance = quality.invariance === null ? '       -' : percent(quality.invariance);
  return `${name.padEnd(34)}${String(quality.rows).padStart(6)}${figures[0]}${auroc}${figures.slice(1).join('')}${invariance}`;
}

/** The head of the table. */
export const QUALITY_HEADER = `${''.padEnd(34)}  rows     acc   auroc under>=2 over>=2    cost   invar`;

function areaUnderCurve(judged: readonly JudgedRow[]): number | null {
  const sorted = judged.toSorted((a, b) => a.score - b.score);
  let easy = 0;
  let hard = 0;
  let wins = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]?.score === sorted[from]?.score) to += 1;
    const tied = sorted.slice(from, to);
    const tiedHard = tied.filter(({ row }) => row.tier >= 2).length;
    const tiedEasy = tied.length - tiedHard;
    wins += tiedHard * (easy + tiedEasy / 2);
    easy += tiedEasy;
    hard += tiedHard;
    from = to;
  }
  return easy === 0 || hard === 0 ? null : wins / (easy * hard);
}

function invarianceOf(judged: readonly JudgedRow[]): number | null {
  let pairs = 0;
  let same = 0;
  for (const forms of Map.groupBy(judged, ({ row }) => row.ask).values()) {
    forms.forEach(({ predicted }, at) => {
      const others = forms.slice(at + 1);
      pairs += others.length;
      same += others.filter((other) => other.predicted === predicted).length;
    });
  }
  return pairs === 0 ? null : same / pairs;
}
