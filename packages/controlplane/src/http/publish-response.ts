// What a change came to, as an HTTP answer: 200 with the revision, 409 with what is in force, 422 with every problem.
import type { PublishOutcome } from '../policy/publish.ts';
import { jsonResponse, refusalResponse } from './json-response.ts';

/** Maps an outcome; `members` are added to a success. */
export function publishResponse(result: PublishOutcome, members: Readonly<Record<string, unknown>> = {}): Response {
  switch (result.outcome) {
    case 'published':
      return jsonResponse({ revision: result.revision, warnings: result.warnings, ...members }, 200, {
        etag: `"${result.revision}"`,
      });
    case 'unchanged':
      return jsonResponse({ revision: result.revision, warnings: [], ...members }, 200, {
        etag: `"${result.revision}"`,
      });
    case 'conflict':
      return refusalResponse('revision_conflict', {}, { revision: result.revision, value: result.value });
    case 'invalid': {
      const [first] = result.problems;
      const details = first === undefined ? {} : { param: first.path };
      return refusalResponse('invalid_configuration', details, { problems: result.problems });
    }
  }
}
