// Stage 3 of 10. In: the body's bytes. Out: a judged request. One strict reading; what is judged here is what is sent.
import { parseOverride } from '@secrouter/classifier';
import {
  decodeUtf8Strict,
  hardMaxJsonDepth,
  type JsonNode,
  type JsonObject,
  type JsonString,
  numberSource,
  parseStrictJson,
  presentMember,
  type RequestLimits,
  RequestRefused,
  requestJsonLimits,
  stringPrefixEdit,
} from '@secrouter/proto';
import { countedText } from '../request/counted-text.ts';
import type {
  ChatRequest,
  EmbeddingsRequest,
  FoundOverride,
  JudgedBody,
  JudgedRequest,
  OutputCap,
} from '../request/judged-request.ts';
import { type ByteOffset, byteOffsetsOf, outlineOf } from './outline-body.ts';
import { readMessages } from './read-messages.ts';
import { readTexts } from './read-texts.ts';
import { readTools } from './read-tools.ts';
import { refuseReach } from './refuse-reach.ts';

/** The bounds of the configuration that a reading keeps. */
export type ReadLimits = Pick<RequestLimits, 'jsonDepth' | 'messages' | 'classifiedTextBytes'>;

/** Longest model id that is looked up. */
const MAX_MODEL_LENGTH = 256;
/** OpenAI's own bound of `n`. */
const MAX_CHOICES = 128;
/** No model answers more than this; a larger cap is a mistake. */
const MAX_OUTPUT_CAP = 1_000_000_000;

/** Reads the body of a request to one of the endpoints; a pure function, which also runs in a worker thread. */
export function readRequest(endpoint: JudgedRequest['endpoint'], bytes: Uint8Array, limits: ReadLimits): JudgedRequest {
  return endpoint === 'chat' ? readChatRequest(bytes, limits) : readEmbeddingsRequest(bytes, limits);
}

/** Reads a chat completion request. Throws RequestRefused: invalid_json, duplicate_key, invalid_request and others. */
export function readChatRequest(bytes: Uint8Array, limits: ReadLimits): ChatRequest {
  const { root, text, toByte } = readDocument(bytes, limits);
  const messages = presentMember(root, 'messages');
  if (messages?.kind !== 'array' || messages.items.length === 0) throw invalid('messages');
  if (messages.items.length > limits.messages) throw new RequestRefused('request_too_large', { param: 'messages' });
  const stream = readBoolean(root, 'stream') ?? false;
  const streamOptions = presentMember(root, 'stream_options');
  if (streamOptions !== undefined && streamOptions.kind !== 'object') throw invalid('stream_options');
  const includeUsage =
    streamOptions === undefined ? false : (readBoolean(streamOptions, 'include_usage', 'stream_options.') ?? false);
  const tools = readTools(root);
  const { lastUserText, ...facts } = readMessages(messages);
  return {
    ...judgedBody(bytes, root, toByte),
    ...readTexts(messages, limits.classifiedTextBytes),
    ...facts,
    endpoint: 'chat',
    messageCount: messages.items.length,
    stream,
    includeUsage,
    streamOptions: streamOptions === undefined ? undefined : outlineOf(streamOptions, toByte),
    outputCap: readOutputCap(text, root),
    choices: Math.max(readCount(text, root, 'n', MAX_CHOICES) ?? 1, readCount(text, root, 'best_of', MAX_CHOICES) ?? 1),
    toolCount: tools.count,
    hostedToolPath: tools.hostedToolPath,
    responseFormat: readResponseFormat(root),
    serviceTier: readServiceTier(root),
    override: lastUserText === undefined ? undefined : findOverride(text, lastUserText, toByte),
  };
}

/** Reads an embeddings request. Throws RequestRefused. */
export function readEmbeddingsRequest(bytes: Uint8Array, limits: ReadLimits): EmbeddingsRequest {
  const { root, toByte } = readDocument(bytes, limits);
  const input = presentMember(root, 'input');
  if (input === undefined || (input.kind !== 'string' && input.kind !== 'array')) throw invalid('input');
  const items = input.kind === 'string' ? [input] : input.items;
  if (!items.every(isEmbeddable)) throw invalid('input');
  if (presentMember(root, 'messages') !== undefined) throw invalid('messages');
  const texts = items.map((item) => (item.kind === 'string' ? item.value : ''));
  const body = judgedBody(bytes, root, toByte);
  return { ...body, endpoint: 'embeddings', stream: false, countedText: countedText(texts) };
}

/** Words or token numbers; what a multimodal model would be shown, its server would have to fetch. */
function isEmbeddable(item: JsonNode): boolean {
  if (item.kind === 'array') return item.items.every(({ kind }) => kind === 'number');
  return item.kind === 'string' || item.kind === 'number';
}

interface BodyDocument {
  readonly text: string;
  readonly root: JsonObject;
  readonly toByte: ByteOffset;
}

function readDocument(bytes: Uint8Array, limits: ReadLimits): BodyDocument {
  const text = decodeUtf8Strict(bytes);
  if (text === undefined) throw new RequestRefused('invalid_json', { reason: 'not_utf8' });
  const maxDepth = Math.min(limits.jsonDepth, hardMaxJsonDepth);
  const reading = parseStrictJson(text, { ...requestJsonLimits, maxDepth });
  if (reading.outcome === 'refused') {
    const code =
      reading.problem === 'duplicate_key'
        ? 'duplicate_key'
        : reading.problem === 'too_many'
          ? 'request_too_large'
          : 'invalid_json';
    throw new RequestRefused(code, { reason: reading.problem });
  }
  const { root } = reading;
  if (root.kind !== 'object') throw new RequestRefused('invalid_json', { reason: 'not_an_object' });
  refuseReach(root);
  if (readBoolean(root, 'store') === true)
    throw new RequestRefused('egress_denied', { param: 'store', reason: 'store' });
  return { text, root, toByte: byteOffsetsOf(text, bytes.byteLength) };
}

function judgedBody(bytes: Uint8Array, root: JsonObject, toByte: ByteOffset): Omit<JudgedBody, 'countedText'> {
  return { bytes, root: outlineOf(root, toByte), bodyBytes: bytes.byteLength, model: readModel(root) };
}

function findOverride(text: string, node: JsonString, toByte: ByteOffset): FoundOverride | undefined {
  const found = parseOverride(node.value);
  if (found.outcome === 'none') return undefined;
  const { alias, tier } = found;
  if (found.outcome === 'empty') return { alias, tier, removal: undefined };
  const { start, end, replacement } = stringPrefixEdit(text, node, found.cleanStart);
  return { alias, tier, removal: { start: toByte(start), end: toByte(end), replacement } };
}

function readModel(root: JsonObject): string {
  const model = presentMember(root, 'model');
  if (model === undefined) return 'auto';
  if (model.kind !== 'string' || model.value === '' || model.value.length > MAX_MODEL_LENGTH) throw invalid('model');
  return model.value;
}

function readOutputCap(text: string, root: JsonObject): OutputCap | undefined {
  const older = readCount(text, root, 'max_tokens', MAX_OUTPUT_CAP);
  const newer = readCount(text, root, 'max_completion_tokens', MAX_OUTPUT_CAP);
  if (older !== undefined && newer !== undefined) throw invalid('max_tokens');
  if (newer !== undefined) return { field: 'max_completion_tokens', tokens: newer };
  return older === undefined ? undefined : { field: 'max_tokens', tokens: older };
}

function readResponseFormat(root: JsonObject): ChatRequest['responseFormat'] {
  const format = presentMember(root, 'response_format');
  const type = format?.kind === 'object' ? presentMember(format, 'type') : undefined;
  if (type?.kind !== 'string') return 'text';
  return type.value === 'json_object' || type.value === 'json_schema' ? type.value : 'text';
}

function readServiceTier(root: JsonObject): string | undefined {
  const tier = presentMember(root, 'service_tier');
  if (tier === undefined) return undefined;
  if (tier.kind !== 'string') throw invalid('service_tier');
  return tier.value === 'auto' || tier.value === 'default' ? undefined : tier.value;
}

function readBoolean(object: JsonObject, name: string, prefix = ''): boolean | undefined {
  const value = presentMember(object, name);
  if (value === undefined) return undefined;
  if (value.kind === 'true') return true;
  if (value.kind === 'false') return false;
  throw invalid(`${prefix}${name}`);
}

/** A whole number from 1 to `max`; nothing is coerced. */
function readCount(text: string, object: JsonObject, name: string, max: number): number | undefined {
  const value: JsonNode | undefined = presentMember(object, name);
  if (value === undefined) return undefined;
  if (value.kind !== 'number') throw invalid(name);
  const count = Number(numberSource(text, value));
  if (!Number.isSafeInteger(count) || count < 1 || count > max) throw invalid(name);
  return count;
}

function invalid(param: string): RequestRefused {
  return new RequestRefused('invalid_request', { param });
}
