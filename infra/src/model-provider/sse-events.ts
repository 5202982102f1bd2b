// Chunks as the bytes of a server-sent event stream, in every spelling that WHATWG allows and some that it does not.
import type { Rule } from './control-schema.ts';

const LINE_ENDINGS = { lf: '\n', crlf: '\r\n', cr: '\r' } as const;
const BYTE_ORDER_MARK = '\uFEFF';

/** One event per item, written as the rule says, with its faults at their places. */
export function* sseEvents(chunks: Iterable<object>, rule: Rule): Generator<string> {
  let count = 0;
  if (rule.byteOrderMark) yield BYTE_ORDER_MARK;
  for (const chunk of chunks) {
    if (rule.errorEvent && count >= rule.errorEvent.afterChunks) {
      // As OpenAI's servers do it: the error is the last event, and no [DONE] follows.
      yield event(JSON.stringify({ error: rule.errorEvent.error ?? DEFAULT_ERROR }), rule, count);
      return;
    }
    if (rule.malformed && count === rule.malformed.afterChunks) yield event('{"choices":[{"delta":', rule, count);
    if (rule.hugeLine && count === rule.hugeLine.afterChunks) {
      yield `data: "${'x'.repeat(rule.hugeLine.bytes)}`;
      return;
    }
    yield event(rule.multiLineData ? JSON.stringify(chunk, null, 1) : JSON.stringify(chunk), rule, count);
    count += 1;
  }
  if (!rule.omitDone) yield event('[DONE]', rule, count);
}

const DEFAULT_ERROR = {
  message: 'The server had an error while processing your request',
  type: 'server_error',
  code: null,
  param: null,
};

function event(data: string, rule: Rule, count: number): string {
  const lines: string[] = [];
  if (rule.comments) lines.push(': keep-alive', ':');
  if (rule.eventFields) lines.push('event: message', `id: ${count}`, 'retry: 3000', 'unknown: field');
  for (const line of data.split('\n')) lines.push(rule.dataWithoutSpace ? `data:${line}` : `data: ${line}`);
  const ending = LINE_ENDINGS[rule.lineEnding ?? 'lf'];
  return lines.map((line) => line + ending).join('') + ending;
}
