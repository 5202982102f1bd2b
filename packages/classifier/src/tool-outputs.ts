// Agents without a tool role send what their tools returned as a message of the user. That is no ask: it is recognised
// by how it begins, in the forms of the common agent frameworks, or by the call before it.
import type { ClassifierMessage } from './request.ts';
import { asksQuestion } from './sentence-marks.ts';

/** The indices of the messages that are the output of a tool, in the tool role or as a message of the user. */
export function findToolOutputs(messages: readonly ClassifierMessage[]): ReadonlySet<number> {
  const outputs = new Set<number>();
  let isAnswered = false; // before an assistant has said anything, no tool has run
  messages.forEach(({ role, text }, at) => {
    if (role === 'tool' || role === 'function') outputs.add(at);
    else if (role === 'user' && isAnswered && (isObservation(text) || isAction(messages[at - 1]))) outputs.add(at);
    else if (role === 'assistant') isAnswered = true;
  });
  return outputs;
}

const LONGEST_OPENING = 48;
const LONGEST_HEADER = 200;
const LONGEST_QUESTION = 300;

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
  'env output',
  'output:',
  'result:',
  'api response',
  'response from tool',
];
/** People begin like this too; it is a tool's where the line ends in a colon. */
const HEADINGS: readonly string[] = ['output of ', 'result of ', 'results of ', 'environment:'];
const EXIT_CODE = /^(?:return ?code|exit ?code|exit status)[\s:=>]*-?\d/;
const STREAM = /^std(?:out|err)(?:$|[\s*`]*[\n:=>\]])/;
const DECORATION = /^[\s<[({*#_`>-]+/;

function isObservation(text: string): boolean {
  const opening = text.slice(0, LONGEST_OPENING).replaceAll('\r\n', '\n').replace(DECORATION, '').toLowerCase();
  const isKnown =
    OPENINGS.some((known) => opening.startsWith(known)) ||
    (HEADINGS.some((known) => opening.startsWith(known)) && opening.includes(':\n')) ||
    EXIT_CODE.test(opening) ||
    STREAM.test(opening) ||
    isHeader(text);
  return isKnown && !(text.length <= LONGEST_QUESTION && asksQuestion(text.trimEnd().slice(-1)));
}

/** `[read_file for 'a.ts'] Result:`, as Cline and what descends from it begin. */
function isHeader(text: string): boolean {
  if (!text.startsWith('[')) return false;
  const [line = ''] = text.slice(0, LONGEST_HEADER).split('\n', 1);
  return line.trimEnd().toLowerCase().endsWith('] result:');
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
  '<use_mcp_tool',
  '<read_file',
  '<write_to_file',
  '<replace_in_file',
  '<apply_diff',
  '<list_files',
  '<search_files',
];

/** True for an agent's call in plain text: what follows as a message of the user is its result. */
function isAction(message: ClassifierMessage | undefined): boolean {
  if (message?.role !== 'assistant' || (message.toolCallCount ?? 0) > 0) return false;
  const end = `\n${message.text.slice(-ACTION_WINDOW)}`.toLowerCase();
  return ACTIONS.some((action) => end.includes(action));
}
