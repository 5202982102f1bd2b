import { parseConfig } from '@secrouter/proto';
import { describe, expect, it } from 'vitest';
import { reportLines } from './config-check.ts';

const report = (text: string) => reportLines('f.json', parseConfig(text, { listenersOnLoopback: true }));

const VALID = {
  _note: 'x',
  scoring: {},
  thinking: { adaptive: [] },
  providers: { local: { baseUrl: 'http://127.0.0.1:9000/v1' } },
  tiers: Object.fromEntries(
    ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'].map((tier) => [tier, { primary: 'local/small' }]),
  ),
  security: {
    storePath: '/x.db',
    oidc: { issuer: 'https://login.example.com', audience: 'secrouter' },
    egress: {
      allowlist: [{ provider: 'local', allowedHost: '127.0.0.1:9000', authorizedClassifications: ['UNCLASSIFIED'] }],
    },
    policy: {
      default: { allowedTiers: ['SIMPLE'], budgets: [{ window: 'day', maxCostUsd: 1 }] },
      groups: { a: { admin: true } },
    },
  },
};

describe('the report of a configuration check', () => {
  it('has a line for every field', () => {
    const lines = report(JSON.stringify(VALID));

    expect(lines).toContain('used             security.oidc.issuer');
    expect(lines).toContain('note             _note');
    expect(lines).toContain(
      'replaced by      security.storePath: the ledger and the audit log are in PostgreSQL (DATABASE_URL)',
    );
    expect(lines.find((line) => line.includes('thinking'))).toMatch(/^without effect {3}thinking: not in this version/);
    expect(lines).toContain('1 further warning:');
    expect(lines.at(-1)).toMatch(/^f\.json: loads \(\d+ fields, 4 warnings\)$/);
  });

  it('puts the problems last, and marks the fields that they belong to', () => {
    const lines = report(JSON.stringify({ ...VALID, tierz: {}, port: 0, tiers: undefined }));

    expect(lines).toContain('refused because  port: expected an integer from 1 to 65535, found 0');
    expect(lines).toContain('refused because  tierz: is not a known field; did you mean "tiers"?');
    expect(lines.slice(-5)).toEqual([
      '  port: expected an integer from 1 to 65535, found 0',
      '  tiers: is required',
      '  tierz: is not a known field; did you mean "tiers"?',
      '',
      'f.json: does not load (3 problems, 3 warnings)',
    ]);
  });

  it('is one clear line for a file without security, and for one that is not JSON', () => {
    expect(
      report(JSON.stringify({ ...VALID, security: undefined })).filter((line) => line.startsWith('  security:')),
    ).toHaveLength(1);
    expect(report('{').slice(1)).toEqual([
      '1 problem:',
      '  the file is not JSON at line 1, column 2',
      '',
      'f.json: does not load (1 problem, 0 warnings)',
    ]);
  });
});
