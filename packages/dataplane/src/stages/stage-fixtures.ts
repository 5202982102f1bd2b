// Requests for the tests of the stages.
import type { ChatRequest } from '../request/judged-request.ts';
import { type ReadLimits, readChatRequest } from './read.ts';

/** Limits of the tests: few messages, the defaults otherwise. */
export const SAMPLE_LIMITS: ReadLimits = { jsonDepth: 64, messages: 10, classifiedTextBytes: 65_536 };

/** A judged chat request with these members; one short user message unless `messages` says otherwise. */
export function sampleRequest(members: Readonly<Record<string, unknown>> = {}): ChatRequest {
  return readChatRequest(Buffer.from(JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...members })), {
    ...SAMPLE_LIMITS,
    messages: 5_000,
  });
}
