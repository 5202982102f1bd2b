// Reads the messages: roles, the last user message's first text, and content that the provider would have to fetch.
import {
  type JsonArray,
  type JsonNode,
  type JsonObject,
  type JsonString,
  presentMember,
  RequestRefused,
} from '@secrouter/proto';
import { foldName, refuseLookAlikes } from './refuse-reach.ts';

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

/** Members of a part that hold words or labels, never something to fetch. */
const TEXT_MEMBERS: ReadonlySet<string> = new Set([
  'text',
  'type',
  'refusal',
  'thinking',
  'content',
  'name',
  'filename',
  'title',
]);
/** Where an answer came from: clients send it back, nobody follows it. */
const CITATIONS: ReadonlySet<string> = new Set(['annotations', 'citations']);
/** Members of a message that are judged elsewhere or hold words; any other is looked through like an unknown part. */
const MESSAGE_MEMBERS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'audio',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
]);
const JUDGED_MEMBERS: ReadonlySet<string> = new Set(['role', 'content', 'audio']);
/** An address that a server would follow; `gs:` and `s3:` are buckets, `file:` is the server's own disk. */
const FETCHED = /^(?:https?:|ftp:|wss?:|file:|(?:gs|s3):\/\/)/i;
/** Data without a scheme (RFC 4648); the name of a host or of a file on the server's disk has a dot or a colon. */
const BASE64 = /^[a-z0-9+/=_-]*$/i;
/** Longer than any scheme, and than any path of a file. */
const LONGEST_PATH = 4_096;

/** Reads all messages. Throws RequestRefused for a message without a role and for files kept at the provider. */
export function readMessages(messages: JsonArray): MessageFacts {
  const findings: Findings = { imageCount: 0, dataUrlBytes: 0, remoteContentPath: undefined };
  let lastUser: JsonObject | undefined;
  messages.items.forEach((message, index) => {
    const path = `messages[${index}]`;
    if (message.kind !== 'object') throw new RequestRefused('invalid_request', { param: path });
    refuseLookAlikes(message, JUDGED_MEMBERS, `${path}.`);
    const role = presentMember(message, 'role');
    if (role?.kind !== 'string') throw new RequestRefused('invalid_request', { param: `${path}.role` });
    if (role.value === 'user') lastUser = message;
    const audio = presentMember(message, 'audio');
    if (audio?.kind === 'object' && presentMember(audio, 'id') !== undefined)
      throw new RequestRefused('unsupported_stateful', { param: `${path}.audio.id` });
    const content = presentMember(message, 'content');
    if (content?.kind === 'object') throw new RequestRefused('invalid_request', { param: `${path}.content` });
    if (content?.kind === 'array')
      for (const [at, part] of content.items.entries()) readPart(part, `${path}.content[${at}]`, findings);
    for (const { name, value } of message.members.values())
      if (!MESSAGE_MEMBERS.has(name)) readUnknown(name, value, `${path}.${name}`, findings);
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
  const kind = type?.kind === 'string' ? type.value : undefined;
  const names = kind === undefined ? undefined : CONTENT_SOURCES.get(kind);
  if (names !== undefined) findings.imageCount += 1;
  for (const { name, value } of part.members.values()) {
    if (name === kind && names !== undefined) readKnownSource(value, names, `${path}.${name}`, findings);
    else readUnknown(name, value, `${path}.${name}`, findings);
  }
}

function readKnownSource(source: JsonNode, names: readonly string[], path: string, findings: Findings): void {
  if (source.kind === 'string') readSource(source, path, findings);
  if (source.kind === 'array') for (const item of source.items) readKnownSource(item, names, path, findings);
  if (source.kind !== 'object') return;
  for (const { name, value } of source.members.values()) {
    if (names.includes(name) && value.kind === 'string') readSource(value, `${path}.${name}`, findings);
    else readUnknown(name, value, `${path}.${name}`, findings);
  }
}

// Servers accept more spellings than OpenAI's: whatever is not text must not name a file at the provider, nor an address.
function readUnknown(name: string, value: JsonNode, path: string, findings: Findings): void {
  if (CITATIONS.has(name)) return;
  if (foldName(name) === 'file_id' && value.kind !== 'null')
    throw new RequestRefused('unsupported_stateful', { param: path });
  if (value.kind === 'string' && !TEXT_MEMBERS.has(name) && FETCHED.test(withoutBlanks(value)))
    findings.remoteContentPath ??= path;
  if (value.kind === 'array') for (const item of value.items) readUnknown(name, item, path, findings);
  if (value.kind !== 'object') return;
  for (const member of value.members.values())
    readUnknown(member.name, member.value, `${path}.${member.name}`, findings);
}

function readSource(value: JsonString, path: string, findings: Findings): void {
  const plain = withoutBlanks(value);
  if (/^data:/i.test(plain) || BASE64.test(plain)) findings.dataUrlBytes += value.end - value.start;
  else findings.remoteContentPath ??= path;
}

/**
 * The beginning as a URL parser sees it: it drops leading control characters and blanks, and tabs and line ends anywhere
 * (WHATWG URL, 4.4); servers trim more before that. However many there are, they do not hide what follows.
 */
function withoutBlanks({ value }: JsonString): string {
  let plain = '';
  for (let at = 0; at < value.length && plain.length < LONGEST_PATH; at += LONGEST_PATH)
    plain += value.slice(at, at + LONGEST_PATH).replace(/[\p{Cc}\s]+/gu, '');
  return plain.slice(0, LONGEST_PATH);
}
