// Requests for the tests of the stages.
import type { ChatRequest } from '../request/judged-request.ts';
import { readChatRequest } from './read.ts';

/** A judged chat request with these members; one short user message unless `messages` says otherwise. */
export function sampleRequest(members: Readonly<Record<string, unknown>> = {}): ChatRequest {
  return readChatRequest(
    Buffer.from(JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...members })),
    5_000,
  );
}
