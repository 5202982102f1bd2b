// The body and the answer of "try a prompt".
import { type ClassifierRequest, requestFromOpenAi } from '@secrouter/classifier';
import { RequestRefused } from '@secrouter/proto';
import { z } from 'zod';
import { explainRouting } from '../use-cases/routing/explain-routing.ts';
import type { AdminRequest } from './answer-admin.ts';
import { jsonResponse } from './json-response.ts';
import { readJsonBody } from './read-json-body.ts';

const MAX_TEXT = 255;
const MAX_GROUPS = 200;

const classifySchema = z.strictObject({
  messages: z.array(z.unknown()).min(1),
  tools: z.array(z.unknown()).optional(),
  response_format: z.unknown().optional(),
  principal: z.string().min(1).max(MAX_TEXT),
  groups: z.array(z.string().min(1).max(MAX_TEXT)).max(MAX_GROUPS).default([]),
  service: z.boolean().default(false),
  costCenter: z.string().max(MAX_TEXT).optional(),
  dataClass: z.string().max(MAX_TEXT).optional(),
});

/** Answers 200 with tier, contributions and what policy would do. Nothing of the prompt is stored, sent or repeated. */
export async function classifyPrompt({ request, published }: AdminRequest): Promise<Response> {
  const parsed = classifySchema.safeParse(await readJsonBody(request));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RequestRefused('invalid_request', { param: issue?.path.join('.') ?? '', message: issue?.message ?? '' });
  }
  const { principal, groups, service, costCenter, dataClass, ...prompt } = parsed.data;
  return jsonResponse(
    explainRouting(published, {
      request: readPrompt(prompt),
      principal,
      groups,
      service,
      ...(costCenter === undefined ? {} : { costCenter }),
      ...(dataClass === undefined ? {} : { dataClass }),
    }),
  );
}

// The reader's messages name places, never text.
function readPrompt(prompt: unknown): ClassifierRequest {
  try {
    return requestFromOpenAi(prompt);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RequestRefused('invalid_request', { param: 'messages', message: error.message });
  }
}
