// What the bench sends and what its upstream answers: prompts of 1 KB, one completion, one kind of stream frame.

/** Members of a request by which it tells the upstream how to stream; every target passes unknown members on. */
export const FRAMES_MEMBER = 'bench_frames';
export const RATE_MEMBER = 'bench_rate';

const PROMPT_BYTES = 1_024;
const PROMPT_COUNT = 8;
const ANSWER_WORDS = 80;

// Plain prose about several subjects: the classifier reads real sentences, not one repeated word.
const SENTENCES = [
  'Please summarise the minutes of the steering meeting for the people who could not attend.',
  'The warehouse reports that two pallets arrived late and one of them was damaged in transit.',
  'Rewrite the second paragraph so that a new customer understands it without the manual.',
  'Our team moved the invoices to another folder, and the monthly report no longer finds them.',
  'Compare both offers and say which one costs less when the support contract is included.',
  'The travel policy allows a train of the first class when the journey takes over four hours.',
  'List the open questions, name who can answer each of them, and propose a date.',
  'A visitor asked whether the laboratory may be photographed, and nobody knew the rule.',
  'Write a friendly reply that thanks the supplier and asks for the missing certificate.',
  'The table shows sales by region; explain in two sentences why the north fell behind.',
] as const;

/** Request bodies that are not streamed, one per prompt. */
export function completionBodies(): readonly string[] {
  return prompts().map((content) => JSON.stringify({ model: 'auto', messages: [{ role: 'user', content }] }));
}

/** A request body that asks for a stream. */
export function streamBody(frames: number, framesPerSecond: number): string {
  return JSON.stringify({
    model: 'auto',
    messages: [{ role: 'user', content: prompts()[0] }],
    stream: true,
    stream_options: { include_usage: true },
    [FRAMES_MEMBER]: frames,
    [RATE_MEMBER]: framesPerSecond,
  });
}

function prompts(): readonly string[] {
  return Array.from({ length: PROMPT_COUNT }, (_, first) => {
    let text = '';
    for (let next = first; text.length < PROMPT_BYTES; next += 1) text += `${SENTENCES[next % SENTENCES.length]} `;
    return text.slice(0, PROMPT_BYTES).trimEnd().padEnd(PROMPT_BYTES, '.');
  });
}

const USAGE = { prompt_tokens: 220, completion_tokens: ANSWER_WORDS, total_tokens: 220 + ANSWER_WORDS };

/** The body of every completion that is not streamed. */
export const COMPLETION_JSON = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'bench',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'word '.repeat(ANSWER_WORDS).trimEnd() },
      finish_reason: 'stop',
    },
  ],
  usage: USAGE,
});

/** One frame: its number and the time it was sent (microseconds of the machine's monotonic clock) are its content. */
export function frameText(number: number, sentAtUs: number): string {
  return `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench","choices":[{"index":0,"delta":{"content":"${number} ${sentAtUs}"},"finish_reason":null}]}\n\n`;
}

/** Number and time of a frame; undefined for frames that carry no content. */
export function readFrame(frame: string): { readonly number: number; readonly sentAtUs: number } | undefined {
  const match = /"content":"(\d+) (\d+)"/.exec(frame);
  return match === null ? undefined : { number: Number(match[1]), sentAtUs: Number(match[2]) };
}

/** What ends a stream: the reason, the usage, the marker. */
export const STREAM_END = [
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'bench', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`,
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'bench', choices: [], usage: USAGE })}\n\n`,
  'data: [DONE]\n\n',
].join('');

/** Now, on the clock that all processes of the machine share. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
