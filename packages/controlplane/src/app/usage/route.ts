// GET /admin/usage: the organisation's usage and cost, as JSON or CSV.
import { adminRoute, jsonResponse } from '../../http/admin-route.ts';
import { recordExport } from '../../use-cases/audit/record-export.ts';
import { readSavings, savingsJson } from '../../use-cases/usage/read-savings.ts';
import { readUsage } from '../../use-cases/usage/read-usage.ts';
import { usageCsv } from '../../use-cases/usage/usage-csv.ts';
import { usageJson } from '../../use-cases/usage/usage-json.ts';
import { readUsageParams } from '../../use-cases/usage/usage-params.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: 'finance' }, async (admin) => {
  const { context, request, url, caller, published, requestId, sourceIp } = admin;
  const { pool, redis, keys, config, publishing } = context;
  const params = readUsageParams(url.searchParams);
  const accepted = request.headers.get('accept') ?? '';
  const format = params.format ?? (accepted.includes('text/csv') ? 'csv' : 'json');
  const books = { pool, redis, keys, cell: config.cell };
  const report = await readUsage(books, params.request);
  if (format === 'json') {
    const { from, principal } = report;
    const window = { from: new Date(from), ...(principal === undefined ? {} : { principal }) };
    const savings = await readSavings(books, window, published.config);
    return jsonResponse({ ...usageJson(report), savings: savingsJson(savings) });
  }
  await recordExport(pool, {
    origin: publishing.auditOrigin,
    principal: caller.principal,
    sourceIp,
    requestId,
    revision: published.revision,
    detail: { action: 'usage.export', ...params.request },
  });
  return new Response(usageCsv(report), {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="usage-by-${report.groupBy}-${report.asOf.slice(0, 10)}.csv"`,
    },
  });
});
