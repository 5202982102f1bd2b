// A chat request as this provider reads it: the few fields that shape its answer. Everything else is only recorded.

export interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly choices: number;
  /** The caller's cap on output tokens. */
  readonly maxOutputTokens: number | undefined;
  readonly lastUserText: string;
  /** Content of the last message when that is a tool's result. */
  readonly toolResult: string | undefined;
  readonly offeredTool: OfferedTool | undefined;
  /** All text of all messages, which is what the prompt tokens are counted from. */
  readonly promptText: string;
}

export interface OfferedTool {
  readonly name: string;
  readonly parameters: JsonObject;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads the body, or says which parameter is wrong. `pathModel` is the deployment of an Azure-style path. */
export function readChatRequest(
  body: JsonObject,
  pathModel: string | undefined,
): { readonly request: ChatRequest } | { readonly param: string } {
  const model = body.model ?? pathModel;
  if (typeof model !== 'string') return { param: 'model' };
  if (!Array.isArray(body.messages) || body.messages.length === 0) return { param: 'messages' };
  const messages = body.messages.map(asObject);
  const last = messages.at(-1) ?? {};
  const cap = body.max_completion_tokens ?? body.max_tokens;
  return {
    request: {
      model,
      stream: body.stream === true,
      includeUsage: asObject(body.stream_options).include_usage === true,
      choices: typeof body.n === 'number' && body.n >= 1 ? Math.floor(body.n) : 1,
      maxOutputTokens: typeof cap === 'number' ? cap : undefined,
      lastUserText: textOf(messages.findLast((message) => message.role === 'user')?.content),
      toolResult: last.role === 'tool' ? textOf(last.content) : undefined,
      offeredTool: body.tool_choice === 'none' ? undefined : chooseTool(body),
      promptText: messages.map((message) => textOf(message.content)).join('\n'),
    },
  };
}

/** A value as an object; an empty one when it is none. */
export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The text of a message's content, which is a string or an array of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => asObject(part).text)
    .filter((text) => typeof text === 'string')
    .join('\n');
}

/** The tool that `tool_choice` names, else the first one offered. */
function chooseTool(body: JsonObject): OfferedTool | undefined {
  const offered = (Array.isArray(body.tools) ? body.tools : []).map((tool) => asObject(asObject(tool).function));
  const wanted = asObject(asObject(body.tool_choice).function).name;
  const chosen = offered.find((tool) => wanted === undefined || tool.name === wanted);
  if (typeof chosen?.name !== 'string') return undefined;
  return { name: chosen.name, parameters: asObject(chosen.parameters) };
}
