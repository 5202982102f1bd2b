import { expect, test } from 'vitest';
import { NO_USAGE } from '../../db/ledger/read-usage.ts';
import type { UsageReport } from './read-usage.ts';
import { textCell, usageCsv } from './usage-csv.ts';

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['=1+1', '"\'=1+1"'],
  ['+1', '"\'+1"'],
  ['-1', '"\'-1"'],
  ['@SUM(A1)', '"\'@SUM(A1)"'],
  ['\tx', '"\'\tx"'],
  ['line\r\nbreak', '"line\r\nbreak"'],
])('writes %j as %s', (text, cell) => {
  expect(textCell(text)).toBe(cell);
});

test('writes one line a row under a header, costs exact and credits as numbers', () => {
  const report: UsageReport = {
    groupBy: 'principal',
    days: 1,
    timezone: 'UTC',
    asOf: 'x',
    complete: true,
    from: 'x',
    rows: [{ ...NO_USAGE, key: '=cmd', email: null, requestCount: 2, costNanoUsd: -1_234_000n }],
    total: NO_USAGE,
  };

  expect(usageCsv(report)).toBe(
    'principal,email,requests,failed,input_tokens,output_tokens,total_tokens,cached_input_tokens,reasoning_tokens,cost_usd\r\n' +
      '"\'=cmd",,2,0,0,0,0,0,0,-0.001234\r\n',
  );
});
