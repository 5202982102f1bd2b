// The answer of a reload: what changed, or every problem; an invalid file leaves the running one in force.
import { redactConfig } from '@secrouter/proto';
import { diffValues } from '../policy/diff-values.ts';
import { reloadConfig } from '../use-cases/config/change-config.ts';
import type { AdminRequest } from './answer-admin.ts';
import { publishResponse } from './publish-response.ts';
import { readChangeContext } from './read-change.ts';

/** Publishes the file of today. */
export async function reloadFile(admin: AdminRequest): Promise<Response> {
  const { reason, ...change } = readChangeContext(admin);
  const result = await reloadConfig(admin.context, { ...change, reason: reason || 'reload of the configuration file' });
  const changes =
    result.outcome === 'published' ? diffValues(redactConfig(admin.published.config), redactConfig(result.config)) : [];
  return publishResponse(result, { changed: result.outcome === 'published', changes });
}
