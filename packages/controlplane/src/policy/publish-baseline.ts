// Brings the file on the disk into force: at the policy server's start and on reload. An invalid file changes nothing.
import type { PublishDependencies, PublishOutcome } from './publish.ts';
import { type ChangeContext, publish } from './publish.ts';
import { type BaselineLocation, readBaselineFiles } from './read-baseline-files.ts';

/** Publishes today's file when it, or what it means, differs from what is in force. */
export async function publishBaseline(
  deps: PublishDependencies,
  location: BaselineLocation,
  context: ChangeContext,
): Promise<PublishOutcome> {
  const reading = await readBaselineFiles(location);
  if (reading.outcome === 'invalid') return reading;
  return publish(deps, { kind: 'baseline', files: reading.files }, context);
}
