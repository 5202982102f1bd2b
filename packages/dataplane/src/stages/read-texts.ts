// The words of the messages: what the classifier reads, bounded, and what is counted where no usage is reported.
import type { ClassifierMessage } from '@secrouter/classifier';
import { type JsonArray, type JsonNode, type JsonObject, presentMember } from '@secrouter/proto';
import { type CountedText, countedText } from '../request/counted-text.ts';
import { bothEnds } from './both-ends.ts';

/** The newest messages tell the tier; more of them than `limits.messages` has as its default move it no further. */
const MAX_CLASSIFIED_MESSAGES = 5_000;

const ROLES: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/** The texts of one request. */
export interface MessageTexts {
  readonly classified: readonly ClassifierMessage[];
  readonly countedText: CountedText;
}

/**
 * Reads the messages' texts. Of the user's messages, newest first, the classifier gets up to `maxBytes`, and as much of
 * all others together: a tool's long output must not push out what the user asked for.
 */
export function readTexts(messages: JsonArray, maxBytes: number): MessageTexts {
  const objects = messages.items.filter((item) => item.kind === 'object');
  const texts = objects.map((message) => textOf(presentMember(message, 'content')));
  const left = { user: maxBytes, others: maxBytes };
  const classified: ClassifierMessage[] = [];
  const first = Math.max(0, objects.length - MAX_CLASSIFIED_MESSAGES);
  for (let at = objects.length - 1; at >= first; at -= 1) {
    const message = objects[at] as JsonObject;
    const role = roleOf(message);
    const share = role === 'user' ? 'user' : 'others';
    const bounded = bothEnds(texts[at] ?? '', left[share]);
    left[share] -= bounded.bytes;
    classified.push({ role, text: bounded.text, ...shapeOf(message) });
  }
  return { classified: classified.reverse(), countedText: countedText(texts) };
}

/** A string, or the text parts of a list, joined by line ends. */
function textOf(content: JsonNode | undefined): string {
  if (content?.kind === 'string') return content.value;
  if (content?.kind !== 'array') return '';
  return content.items
    .map((part) => partText(part))
    .filter((text) => text !== '')
    .join('\n');
}

function partText(part: JsonNode): string {
  const text = part.kind === 'object' ? presentMember(part, 'text') : undefined;
  return text?.kind === 'string' ? text.value : '';
}

function roleOf(message: JsonObject): ClassifierMessage['role'] {
  const role = presentMember(message, 'role');
  return (role?.kind === 'string' && ROLES.has(role.value) ? role.value : 'user') as ClassifierMessage['role'];
}

function shapeOf(message: JsonObject): Pick<ClassifierMessage, 'hasImage' | 'toolCallCount'> {
  const content = presentMember(message, 'content');
  const calls = presentMember(message, 'tool_calls');
  return {
    hasImage:
      content?.kind === 'array' &&
      content.items.some((part) => part.kind === 'object' && part.members.has('image_url')),
    toolCallCount: calls?.kind === 'array' ? calls.items.length : 0,
  };
}
