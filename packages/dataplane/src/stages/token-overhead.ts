// Framing of one message in OpenAI's chat format, in tokens (OpenAI cookbook, "How to count tokens").
export const TOKENS_PER_MESSAGE_COUNTED = 4;
