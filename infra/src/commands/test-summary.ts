// The one line that says how a test run went, from vitest's JSON report.
import { z } from 'zod';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number().default(0),
  numTodoTests: z.number().default(0),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** `N passed, N failed[, N skipped]`. A file that failed before any of its tests ran counts as one failure. */
export function testSummary(report: unknown): string {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = reportSchema.parse(report);
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const skipped = numPendingTests + numTodoTests;
  const counts = `${numPassedTests} passed, ${numFailedTests + brokenFiles} failed`;
  return skipped === 0 ? counts : `${counts}, ${skipped} skipped`;
}
