// Reads the messages: roles, the last user message's first text, and content that the provider would have to fetch.
import {
  type JsonArray,
  type JsonNode,
  type JsonObject,
  type JsonString,
  presentMember,
  RequestRefused,
} from '@secrouter/proto';

/** What the messages say about reach and size. */
export interface MessageFacts {
  readonly imageCount: number;
  readonly dataUrlBytes: number;
  readonly remoteContentPath: string | undefined;
  readonly lastUserText: JsonString | undefined;
}

interface Findings {
  imageCount: number;
  dataUrlBytes: number;
  remoteContentPath: string | undefined;
}

/** Content parts that carry an address or data. */
const CONTENT_SOURCES: ReadonlyMap<string, readonly string[]> = new Map([
  ['image_url', ['url']],
  ['file', ['file_data', 'file_url']],
  ['file_url', ['url']],
  ['video_url', ['url']],
  ['audio_url', ['url']],
  ['input_audio', ['data']],
]);

/** Reads all messages. Throws RequestRefused for a message without a role and for files kept at the provider. */
export function readMessages(messages: JsonArray): MessageFacts {
  const findings: Findings = { imageCount: 0, dataUrlBytes: 0, remoteContentPath: undefined };
  let lastUser: JsonObject | undefined;
  messages.items.forEach((message, index) => {
    const path = `messages[${index}]`;
    if (message.kind !== 'object') throw new RequestRefused('invalid_request', { param: path });
    const role = presentMember(message, 'role');
    if (role?.kind !== 'string') throw new RequestRefused('invalid_request', { param: `${path}.role` });
    if (role.value === 'user') lastUser = message;
    const content = presentMember(message, 'content');
    if (content?.kind === 'array')
      for (const [at, part] of content.items.entries()) readPart(part, `${path}.content[${at}]`, findings);
  });
  return {
    ...findings,
    lastUserText: lastUser === undefined ? undefined : firstText(presentMember(lastUser, 'content')),
  };
}

function firstText(content: JsonNode | undefined): JsonString | undefined {
  if (content?.kind === 'string') return content;
  if (content?.kind !== 'array') return undefined;
  for (const part of content.items) {
    if (part.kind !== 'object') continue;
    const text = presentMember(part, 'text');
    if (text?.kind === 'string') return text;
  }
  return undefined;
}

function readPart(part: JsonNode, path: string, findings: Findings): void {
  if (part.kind !== 'object') throw new RequestRefused('invalid_request', { param: path });
  const type = presentMember(part, 'type');
  if (type?.kind !== 'string') return;
  if (type.value === 'image_url' || type.value === 'file' || type.value === 'input_audio') findings.imageCount += 1;
  const names = CONTENT_SOURCES.get(type.value);
  if (names === undefined) return;
  const source = presentMember(part, type.value);
  if (source?.kind === 'string') readSource(source, `${path}.${type.value}`, findings);
  if (source?.kind !== 'object') return;
  if (presentMember(source, 'file_id') !== undefined)
    throw new RequestRefused('unsupported_stateful', { param: `${path}.${type.value}.file_id` });
  for (const name of names) {
    const value = presentMember(source, name);
    if (value?.kind === 'string') readSource(value, `${path}.${type.value}.${name}`, findings);
  }
}

function readSource(value: JsonString, path: string, findings: Findings): void {
  // Only an explicit scheme other than data: makes the provider fetch; bare base64 is data.
  const isRemote = /^[a-z][a-z0-9+.-]*:/i.test(value.value.trimStart()) && !/^data:/i.test(value.value.trimStart());
  if (isRemote) findings.remoteContentPath ??= path;
  else findings.dataUrlBytes += value.end - value.start;
}
