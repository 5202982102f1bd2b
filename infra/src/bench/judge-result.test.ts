// Figures against their bounds.
import { describe, expect, it } from 'vitest';
import { readBenchOptions } from './bench-options.ts';
import type { BenchResult, Round } from './bench-result.ts';
import { judgeResult } from './judge-result.ts';
import type { CompletionFigures } from './measure-completions.ts';
import { renderResult } from './render-result.ts';

function figures(requestsPerSecond: number, p50: number): CompletionFigures {
  return {
    requestsPerSecond,
    latencyMs: { p50, p99: 2 * p50 },
    answers: 10,
    allAnswers: 12,
    failures: 0,
    statusCodes: ['200'],
    cpuMsPerRequest: undefined,
    peakResidentBytes: 100 * 1_048_576,
  };
}

function round(governed: number, bare: number): Round<CompletionFigures> {
  return { governed: figures(governed, 1), bare: figures(bare, 0.7), direct: figures(20_000, 0.5) };
}

function resultWith(throughput: readonly Round<CompletionFigures>[]): BenchResult {
  const reading = readBenchOptions([]);
  if (!('options' in reading)) throw new Error('no options');
  return {
    startedAt: '2026-01-02T03:04:05.000Z',
    source: { commit: 'abc1234', isChanged: false },
    machine: { processor: 'a processor', cores: 2, memoryGib: 8, system: 'linux', node: 'v24.0.0' },
    loadAveragesBefore: [0],
    loadAveragesAfter: [1],
    options: reading.options,
    classifier: [],
    latency: throughput,
    throughput,
    streams: [],
    scriptCallsPerRequest: undefined,
    ledger: { answers: 24, rows: 24, deadLetters: 0, behindMs: 10 },
  };
}

describe('the judgement of a run', () => {
  it('compares within a round, so that a slow neighbour in one round does not decide', () => {
    const [ratio] = judgeResult(resultWith([round(500, 1_000), round(5_000, 10_000), round(4_900, 10_000)]));

    expect(ratio).toMatchObject({ measured: { median: 0.5, min: 0.49, max: 0.5 }, isMet: true });
  });

  it('says when a bound is not met', () => {
    const [ratio] = judgeResult(resultWith([round(4_400, 10_000)]));

    expect(ratio).toMatchObject({ bound: 'at least 0.45', isMet: false });
  });

  it('takes the direct way off the latency', () => {
    const added = judgeResult(resultWith([round(1, 1)])).filter(({ what }) => what.startsWith('added'));

    expect(added.map(({ measured }) => measured.median)).toEqual([0.5, 1]);
  });

  it('holds each size of ordinary text, and any text of 100 KB, to its bound by the slowest', () => {
    const times = (text: string, bytes: number, p99: number, isAdversarial = false) => ({
      text,
      isAdversarial,
      bytes,
      timesMs: { p50: p99 / 2, p99 },
      floorMs: { p50: 0, p99: 0 },
    });
    const classifier = [
      times('English', 1_000, 0.2),
      times('code', 1_000, 1.1),
      times('English', 100_000, 1.4),
      times('commas', 100_000, 4.9, true),
    ];

    const judged = judgeResult({ ...resultWith([]), classifier });

    expect(judged.map(({ measured, isMet }) => [measured.max, isMet])).toEqual([
      [1.1, false],
      [1.4, true],
      [4.9, true],
    ]);
  });

  it('is silent about what was not measured', () => {
    expect(judgeResult(resultWith([]))).toEqual([]);
  });
});

describe('the page of a run', () => {
  it('shows where it was made and every target with its range', () => {
    const page = renderResult(resultWith([round(4_000, 10_000), round(6_000, 10_000)]));

    expect(page).toContain('# Bench 2026-01-02, commit abc1234\n');
    expect(page).toContain('| A governed pod | 5000 (4000 to 6000) |');
    expect(page).toContain('| at least 0.45 | 0.50 (0.40 to 0.60) | yes |');
    expect(page).not.toContain('## Streams');
  });
});
