// An answer in OpenAI's two shapes: one completion object, or the chunks of a stream.
import type { Answer } from './compose-answer.ts';

/** A constant, because answers are the same every time: 2024-01-01T00:00:00Z. */
const CREATED_SECONDS = 1_704_067_200;
const ARGUMENT_PIECE_CHARACTERS = 6;

/** The body of an answer that is not streamed. */
export function completionBody(answer: Answer): object {
  const { toolCall } = answer;
  const message = toolCall
    ? { role: 'assistant', content: null, refusal: null, tool_calls: [toolCallBody(toolCall)] }
    : { role: 'assistant', content: answer.text, refusal: null };
  return {
    id: answer.id,
    object: 'chat.completion',
    created: CREATED_SECONDS,
    model: answer.model,
    choices: Array.from({ length: answer.choices }, (_, index) => ({
      index,
      message,
      logprobs: null,
      finish_reason: answer.finishReason,
    })),
    ...(answer.usage !== undefined && { usage: answer.usage }),
  };
}

/** The chunks of a stream, lazily, because an answer may be told to be longer than memory. */
export function* completionChunks(answer: Answer, includeUsage: boolean): Generator<object> {
  // With the option OpenAI states `usage: null` on every chunk but the last, whose choices are empty.
  const nullUsage = includeUsage && answer.usage !== undefined ? { usage: null } : {};
  const chunk = (choices: object[], usage: object) => ({
    id: answer.id,
    object: 'chat.completion.chunk',
    created: CREATED_SECONDS,
    model: answer.model,
    choices,
    ...usage,
  });
  for (let index = 0; index < answer.choices; index += 1) {
    for (const delta of deltas(answer)) yield chunk([{ index, delta, finish_reason: null }], nullUsage);
    yield chunk([{ index, delta: {}, finish_reason: answer.finishReason }], nullUsage);
  }
  if (includeUsage && answer.usage !== undefined) yield chunk([], { usage: answer.usage });
}

function* deltas({ text, toolCall }: Answer): Generator<object> {
  if (!toolCall) {
    yield { role: 'assistant', content: '' };
    for (const [piece] of text.matchAll(/\s*\S+|\s+/gu)) yield { content: piece };
    return;
  }
  yield { role: 'assistant', content: null };
  yield { tool_calls: [{ index: 0, ...toolCallBody({ ...toolCall, argumentsText: '' }) }] };
  for (const piece of piecesOf(toolCall.argumentsText)) {
    yield { tool_calls: [{ index: 0, function: { arguments: piece } }] };
  }
}

function toolCallBody({ id, name, argumentsText }: NonNullable<Answer['toolCall']>): object {
  return { id, type: 'function', function: { name, arguments: argumentsText } };
}

function* piecesOf(text: string): Generator<string> {
  const characters = [...text];
  for (let start = 0; start < characters.length; start += ARGUMENT_PIECE_CHARACTERS) {
    yield characters.slice(start, start + ARGUMENT_PIECE_CHARACTERS).join('');
  }
}
