// Builds a classifier request from an OpenAI-shaped value that was parsed from JSON, for the command line and for tools.
import type { ClassifierMessage, ClassifierRequest } from './request.ts';

/** Reads `messages`, `tools` and `response_format` leniently; throws a `TypeError` where `messages` is no list of messages. */
export function requestFromOpenAi(value: unknown): ClassifierRequest {
  const body = asRecord(value);
  const messages = body?.messages;
  if (!Array.isArray(messages)) throw new TypeError('messages must be an array');
  const tools = body?.tools ?? body?.functions;
  const format = asRecord(body?.response_format)?.type;
  return {
    messages: messages.map(readMessage),
    ...(Array.isArray(tools) ? { toolCount: tools.length } : {}),
    ...(format === 'text' || format === 'json_object' || format === 'json_schema' ? { responseFormat: format } : {}),
  };
}

const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

function readMessage(value: unknown, index: number): ClassifierMessage {
  const message = asRecord(value);
  const role = message?.role;
  if (!ROLES.has(role)) throw new TypeError(`messages[${index}].role must be one of ${[...ROLES].join(', ')}`);
  const content = message?.content;
  const calls = message?.tool_calls;
  return {
    role: role as ClassifierMessage['role'],
    text: readText(content, index),
    ...(Array.isArray(content) && content.some(isImagePart) ? { hasImage: true } : {}),
    ...(Array.isArray(calls) ? { toolCallCount: calls.length } : {}),
  };
}

function readText(content: unknown, index: number): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new TypeError(`messages[${index}].content must be a string or an array of parts`);
  const texts: string[] = [];
  for (const part of content) {
    const text = typeof part === 'string' ? part : asRecord(part)?.text;
    if (typeof text === 'string') texts.push(text);
  }
  return texts.join('\n');
}

function isImagePart(part: unknown): boolean {
  const type = asRecord(part)?.type;
  return type === 'image_url' || type === 'input_image' || type === 'image';
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
