// The marks that end a sentence, in text as it was written.

/** Marks that ask; the Greek one is a semicolon elsewhere and is not among them. */
const QUESTION_MARKS: readonly string[] = ['?', '？', '؟'];
const SENTENCE_ENDS: readonly string[] = ['.', '!', '。', '！', '।', ...QUESTION_MARKS];

/** True where a question mark of some script stands in the text. */
export function asksQuestion(text: string): boolean {
  return QUESTION_MARKS.some((mark) => text.includes(mark));
}

/** True where the last visible character ends a sentence. */
export function endsSentence(text: string): boolean {
  const visible = text.trimEnd();
  return SENTENCE_ENDS.some((mark) => visible.endsWith(mark));
}
