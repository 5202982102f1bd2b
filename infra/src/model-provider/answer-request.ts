// One request to the API from body to last byte: find the model, take the rule that applies, answer or misbehave.
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { completionBody, completionChunks } from './chat-payloads.ts';
import { asObject, type ChatRequest, type JsonObject, readChatRequest } from './chat-request.ts';
import { composeAnswer, type ReceivedRequest } from './compose-answer.ts';
import type { Rule } from './control-schema.ts';
import type { ControlState, Settings } from './control-state.ts';
import { embeddingsBody } from './embeddings.ts';
import { type ApiError, invalidParameter, modelNotFound, parseJson, sendError, sendJson } from './http-answers.ts';
import { type DevelopmentModel, findModel } from './models.ts';
import { cut, pause, sendPieces } from './send-pieces.ts';
import { sseEvents } from './sse-events.ts';

/** Promised and never delivered: more than any answer that is cut short has. */
const SHORT_LENGTH_BYTES = 1_000_000_000;

export type ApiEndpoint = 'chat/completions' | 'embeddings';

export interface ApiCall extends ReceivedRequest {
  readonly endpoint: ApiEndpoint;
  /** The deployment in an Azure-style path, which names the model there. */
  readonly deployment: string | undefined;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

/** Answers the call; `cut` when a rule ended the connection early. */
export async function answerRequest(
  state: ControlState,
  call: ApiCall,
  response: ServerResponse,
): Promise<'completed' | 'cut'> {
  const parsed = parseJson(call.rawBody);
  const body = asObject(parsed);
  const model = typeof body.model === 'string' ? body.model : (call.deployment ?? '');
  const path = call.path.replace(/\?.*/s, '');
  const rule = state.take({ path, model, stream: body.stream === true, fields: new Set(Object.keys(body)) });
  const { settings } = state;

  if (rule.hangMs !== undefined) await pause(rule.hangMs, call.signal);
  if (settings.firstByteDelayMs > 0) await delay(settings.firstByteDelayMs, undefined, { signal: call.signal });
  for (const [name, value] of Object.entries(rule.headers ?? {})) response.setHeader(name, value);
  if (rule.disconnect) return await cut(response, rule.disconnect);
  if (rule.redirectTo !== undefined || rule.status !== undefined) return sendInstead(response, rule);
  if (parsed === undefined) return refuse(response, invalidParameter(null, 'The body is not JSON.'));

  const found = findModel(model, call.endpoint === 'embeddings' ? 'embedding' : 'chat');
  if (!found || !isLive(settings, model)) return refuse(response, modelNotFound(model));
  return call.endpoint === 'embeddings'
    ? await answerEmbeddings(body, found, rule, call, response)
    : await answerChat(body, found, rule, settings, call, response);
}

/** Whether the settings let this model be served now. */
export function isLive(settings: Settings, model: string): boolean {
  return settings.liveModels === null || settings.liveModels.includes(model);
}

function sendInstead(response: ServerResponse, rule: Rule): 'completed' {
  const status = rule.status ?? 302;
  if (rule.redirectTo !== undefined) response.setHeader('location', rule.redirectTo);
  if (rule.retryAfterSec !== undefined) response.setHeader('retry-after', String(rule.retryAfterSec));
  if (typeof rule.body === 'string') {
    if (!response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain');
    response.writeHead(status).end(rule.body);
  } else {
    const message = `The development provider was told to answer ${status}.`;
    sendJson(response, status, rule.body ?? { error: { message, type: 'server_error', code: null, param: null } });
  }
  return 'completed';
}

function refuse(response: ServerResponse, error: ApiError): 'completed' {
  sendError(response, error);
  return 'completed';
}

async function answerChat(
  body: JsonObject,
  model: DevelopmentModel,
  rule: Rule,
  settings: Settings,
  call: ApiCall,
  response: ServerResponse,
): Promise<'completed' | 'cut'> {
  const read = readChatRequest(body, call.deployment);
  if ('param' in read) return refuse(response, invalidParameter(read.param));
  const { request } = read;
  const { cachedTokens } = settings;
  const answer = composeAnswer(request, call, { rule, cachedTokens, reasoningTokens: model.reasoningTokens });
  if (!request.stream) return await sendBody(response, JSON.stringify(completionBody(answer)), rule, call.signal);

  startResponse(response, 'text/event-stream; charset=utf-8', rule);
  const chunks = completionChunks(answer, wantsUsage(request, rule));
  const { chunksPerSecond } = settings;
  return await sendPieces(response, sseEvents(chunks, rule), { rule, chunksPerSecond, signal: call.signal });
}

function wantsUsage(request: ChatRequest, rule: Rule): boolean {
  return request.includeUsage && !rule.omitUsage;
}

async function answerEmbeddings(
  body: JsonObject,
  model: DevelopmentModel,
  rule: Rule,
  call: ApiCall,
  response: ServerResponse,
): Promise<'completed' | 'cut'> {
  const answer = embeddingsBody(body, model.id);
  if ('param' in answer) return refuse(response, invalidParameter(answer.param));
  const { usage, ...withoutUsage } = answer.body as { usage: unknown };
  const stated = rule.omitUsage ? withoutUsage : { ...withoutUsage, usage: rule.usage ?? usage };
  return await sendBody(response, JSON.stringify(stated), rule, call.signal);
}

/** One JSON body, in two halves so that a rule can cut or stall between them. */
async function sendBody(response: ServerResponse, text: string, rule: Rule, signal: AbortSignal) {
  response.setHeader('content-length', Buffer.byteLength(text));
  startResponse(response, 'application/json', rule);
  const middle = Math.floor(text.length / 2);
  return await sendPieces(response, [text.slice(0, middle), text.slice(middle)], { rule, chunksPerSecond: 0, signal });
}

function startResponse(response: ServerResponse, contentType: string, rule: Rule): void {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', contentType);
  if (rule.cut?.how === 'short-length') response.setHeader('content-length', SHORT_LENGTH_BYTES);
  response.writeHead(200);
  response.flushHeaders();
}
