// Counting for answers whose provider reports no usage: a tokenizer over what was sent and streamed, flagged `estimated`.
import { type JsonNode, presentMember, type TokenCounts } from '@secrouter/proto';
import type { JudgedRequest } from '../request/judged-request.ts';
import { TOKENS_PER_MESSAGE_COUNTED } from './token-overhead.ts';

/** Text that the tokenizer looks at; what is longer is extrapolated. */
export const MAX_COUNTED_LENGTH = 65_536;

/**
 * The tokenizer's time grows with the square of a run without a blank (64 KiB of one took it 30 s): longer runs are
 * counted in parts, which costs at most one token a part.
 */
const UNBROKEN = /\s?\S{1,64}|\s{1,64}/gu;

/** Counts a request and an answer's text. The tokenizer's tables are loaded at first use only (about 40 MB). */
export async function countTokens(request: JudgedRequest, answerText: string): Promise<TokenCounts> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  const counted = (text: string): number => (text.match(UNBROKEN) ?? []).reduce((sum, piece) => sum + count(piece), 0);
  const bounded = (text: string): number => {
    if (text.length <= MAX_COUNTED_LENGTH) return counted(text);
    return Math.ceil((counted(text.slice(0, MAX_COUNTED_LENGTH)) * text.length) / MAX_COUNTED_LENGTH);
  };
  const messages = request.endpoint === 'chat' ? request.messages.items.length : 0;
  return {
    inputTokens: bounded(requestText(request)) + messages * TOKENS_PER_MESSAGE_COUNTED,
    outputTokens: answerText === '' ? 0 : bounded(answerText),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
}

function requestText(request: JudgedRequest): string {
  if (request.endpoint === 'embeddings') {
    const input = presentMember(request.root, 'input');
    return input === undefined ? '' : stringsOf(input).join('\n');
  }
  return request.messages.items
    .flatMap((message) => (message.kind === 'object' ? stringsOf(presentMember(message, 'content')) : []))
    .join('\n');
}

function stringsOf(node: JsonNode | undefined): readonly string[] {
  if (node?.kind === 'string') return [node.value];
  if (node?.kind === 'array') return node.items.flatMap((item) => stringsOf(item));
  return node?.kind === 'object' ? stringsOf(presentMember(node, 'text')) : [];
}
