// Agents without a tool role send what their tools returned as a message of the user. That is no ask: it is recognised
// by how it begins, in the forms of the common agent frameworks, or by the call before it.
import type { ClassifierMessage } from './request.ts';

const LONGEST_OPENING = 48;

/** Openings in lower case, decoration (brackets, stars, hashes) taken off. */
const OPENINGS: readonly string[] = [
  'observation:',
  'observation\n',
  'tool result',
  'tool_result',
  'tool response',
  'tool_response',
  'tool output',
  'tool call result',
  'function result',
  'function_result',
  'function output',
  'command output',
  'command result',
  'execution result',
  'execution output',
  'execution log',
  'execute_result',
  'terminal output',
  'shell output',
  'console output',
  'code execution',
  'code output',
  'browser output',
  'page content:',
  'search results:',
  'environment:',
  'env output',
  'returncode',
  'return code',
  'exit code',
  'exit status',
  'exitcode',
  'stdout',
  'stderr',
  'output:',
  'output of ',
  'result of ',
  'results of ',
  'result:',
  'api response',
  'response from tool',
];

const DECORATION = /^[\s<[({*#_`>-]+/;

/** True when a message of the user is the output of a tool. */
export function isObservation(text: string): boolean {
  const opening = text.slice(0, LONGEST_OPENING).replace(DECORATION, '').toLowerCase();
  return OPENINGS.some((known) => opening.startsWith(known));
}

const ACTION_WINDOW = 2_000;
/** How agents without a tool role write what they want done, at a line's start or as a tag. */
const ACTIONS = [
  '\naction:',
  '\naction input:',
  '\n**action',
  '\ntool:',
  '<function_call',
  '<tool_call',
  '<invoke',
  '<execute',
  '<bash>',
  '<tool_use',
];

/** True when the message before is an agent's call: then what follows as a message of the user is its result. */
export function answersAction(before: ClassifierMessage | undefined): boolean {
  if (before?.role !== 'assistant' || (before.toolCallCount ?? 0) > 0) return false;
  const end = `\n${before.text.slice(-ACTION_WINDOW)}`.toLowerCase();
  return ACTIONS.some((action) => end.includes(action));
}
