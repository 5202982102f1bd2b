// What the provider answers: a pure function of the request and of the rule that applies to it.
import { createHash } from 'node:crypto';
import type { ChatRequest, JsonObject, OfferedTool } from './chat-request.ts';
import { asObject } from './chat-request.ts';
import type { Rule } from './control-schema.ts';
import { countTokens, cutToTokens } from './count-tokens.ts';

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
}

export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly choices: number;
  readonly text: string;
  readonly toolCall: ToolCall | undefined;
  readonly finishReason: string;
  /** undefined: the answer says nothing of usage. */
  readonly usage: JsonObject | null | undefined;
}

/** The parts of the HTTP request that `echo-request` repeats. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly rawBody: string;
}

export interface AnswerOptions {
  readonly rule: Rule;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
}

const ECHO_PROMPT = 'echo-request';
const TOOL_PROMPT = 'call-tool';

/** Composes the answer. The same request and rule give the same answer, ids included. */
export function composeAnswer(request: ChatRequest, received: ReceivedRequest, options: AnswerOptions): Answer {
  const id = createHash('sha256').update(received.rawBody).digest('hex').slice(0, 24);
  const toolCall = callTool(request, id);
  const isEcho = request.lastUserText.trim() === ECHO_PROMPT;
  const full = toolCall ? '' : answerText(request, received, options.rule, isEcho);
  // An echo that is cut at the caller's cap could not be parsed, and reading it is all that it is for.
  const text = isEcho || request.maxOutputTokens === undefined ? full : cutToTokens(full, request.maxOutputTokens);
  const stopped = text.length < full.length ? 'length' : 'stop';
  return {
    id: `chatcmpl-${id}`,
    model: request.model,
    choices: request.choices,
    text,
    toolCall,
    finishReason: options.rule.finishReason ?? (toolCall ? 'tool_calls' : stopped),
    usage: usageOf(request, toolCall?.argumentsText ?? text, options),
  };
}

function answerText(request: ChatRequest, received: ReceivedRequest, rule: Rule, isEcho: boolean): string {
  if (rule.answer !== undefined) return rule.answer.repeat(rule.repeat ?? 1);
  if (isEcho) return echo(received);
  if (request.toolResult !== undefined) return `The tool answered: ${request.toolResult}`;
  return `Hello from the development model "${request.model}". This short answer is always the same – café, 東京, 👋.`;
}

/** The body is repeated as it was on the wire: numbers keep their digits and members their order. */
function echo({ method, path, headers, rawBody }: ReceivedRequest): string {
  const head = JSON.stringify({ method, path, headers });
  return `${head.slice(0, -1)},"body":${rawBody.trim()}}`;
}

function callTool(request: ChatRequest, id: string): ToolCall | undefined {
  const { offeredTool, toolResult, lastUserText } = request;
  if (!offeredTool || toolResult !== undefined || !lastUserText.includes(TOOL_PROMPT)) return undefined;
  return { id: `call_${id}`, name: offeredTool.name, argumentsText: JSON.stringify(sampleArguments(offeredTool)) };
}

/** A value of the stated type for each property, so that a caller's own validation of the arguments passes. */
function sampleArguments(tool: OfferedTool): JsonObject {
  const properties = Object.entries(asObject(tool.parameters.properties));
  return Object.fromEntries(properties.map(([name, schema]) => [name, sampleValue(asObject(schema))]));
}

function sampleValue(schema: JsonObject): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case 'number':
    case 'integer':
      return 42;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return 'example – 東京';
  }
}

function usageOf(request: ChatRequest, output: string, options: AnswerOptions): Answer['usage'] {
  const { rule, reasoningTokens } = options;
  if (rule.omitUsage) return undefined;
  if (rule.usage !== undefined) return rule.usage;
  const promptTokens = Math.max(1, countTokens(request.promptText));
  const visibleTokens = Math.min(countTokens(output), request.maxOutputTokens ?? Number.POSITIVE_INFINITY);
  const completionTokens = (visibleTokens + reasoningTokens) * request.choices;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: Math.min(promptTokens, rule.cachedTokens ?? options.cachedTokens) },
    completion_tokens_details: { reasoning_tokens: reasoningTokens * request.choices },
  };
}
