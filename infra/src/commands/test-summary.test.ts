// The closing line of a test run.
import { describe, expect, it } from 'vitest';
import { testSummary } from './test-summary.ts';

const report = { numPassedTests: 7, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, testResults: [] };

describe('the closing line of a test run', () => {
  it('counts what passed and failed', () => {
    expect(testSummary(report)).toBe('7 passed, 1 failed');
  });

  it('adds what was skipped', () => {
    expect(testSummary({ ...report, numPendingTests: 2 })).toBe('7 passed, 1 failed, 2 skipped');
  });

  it('counts a file that could not even be loaded as a failure', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];

    expect(testSummary({ ...report, numFailedTests: 0, testResults })).toBe('7 passed, 1 failed');
  });
});
