// A usage report as CSV (RFC 4180) that no spreadsheet takes for a formula.
import { formatUsd } from '@secrouter/proto';
import type { UsageReport } from './read-usage.ts';

const HEADER = [
  'requests',
  'failed',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cached_input_tokens',
  'reasoning_tokens',
  'cost_usd',
];

/** The report's rows; the first column is named after the grouping. */
export function usageCsv(report: UsageReport): string {
  const lines = report.rows.map((row) => [
    textCell(row.key ?? ''),
    ...(report.groupBy === 'principal' ? [textCell(row.email ?? '')] : []),
    String(row.requestCount),
    String(row.failedCount),
    String(row.inputTokens),
    String(row.outputTokens),
    String(row.totalTokens),
    String(row.cachedInputTokens),
    String(row.reasoningTokens),
    formatUsd(row.costNanoUsd),
  ]);
  const header = [report.groupBy, ...(report.groupBy === 'principal' ? ['email'] : []), ...HEADER];
  return [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** Text that begins like a formula (CWE-1236) gets an apostrophe; quotes are doubled. */
export function textCell(text: string): string {
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
