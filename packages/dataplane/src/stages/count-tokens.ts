// Counting for answers whose provider reports no usage: a tokenizer over what was sent and streamed, flagged `estimated`.
import type { TokenCounts } from '@secrouter/proto';
import { type CountedText, countedText, MAX_COUNTED_LENGTH } from '../request/counted-text.ts';
import type { JudgedRequest } from '../request/judged-request.ts';
import { TOKENS_PER_MESSAGE_COUNTED } from './token-overhead.ts';

/**
 * The tokenizer's time grows with the square of a run without a blank (64 KiB of one took it 30 s): longer runs are
 * counted in parts, which costs at most one token a part.
 */
const UNBROKEN = /\s?\S{1,64}|\s{1,64}/gu;

/** Counts a request and an answer's text. The tokenizer's tables are loaded at first use only (about 40 MB). */
export async function countTokens(request: JudgedRequest, answerText: string): Promise<TokenCounts> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  const counted = (text: string): number => (text.match(UNBROKEN) ?? []).reduce((sum, piece) => sum + count(piece), 0);
  const extrapolated = ({ text, length }: CountedText): number =>
    length <= MAX_COUNTED_LENGTH ? counted(text) : Math.ceil((counted(text) * length) / MAX_COUNTED_LENGTH);
  const messages = request.endpoint === 'chat' ? request.messageCount : 0;
  return {
    inputTokens: extrapolated(request.countedText) + messages * TOKENS_PER_MESSAGE_COUNTED,
    outputTokens: extrapolated(countedText([answerText])),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
}
