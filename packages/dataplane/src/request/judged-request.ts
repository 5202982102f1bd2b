// The judged body: what was read once, strictly, and is what will be sent. It holds the bytes, the places of what may be
// edited, and bounded extracts of what later stages look at. Plain data all of it, so that a worker thread can make one.
import type { ClassifierMessage, Tier } from '@secrouter/classifier';
import type { JsonEdit, JsonMemberPlace, JsonNode, JsonObjectPlaces } from '@secrouter/proto';
import type { CountedText } from './counted-text.ts';

/** A member of an outlined object; places count bytes of the body. */
export interface OutlinedMember extends JsonMemberPlace {
  readonly value: { readonly kind: JsonNode['kind']; readonly start: number; readonly end: number };
}

/** An object's members without what is inside them. */
export interface JsonOutline extends JsonObjectPlaces {
  readonly members: ReadonlyMap<string, OutlinedMember>;
}

/** What the strict reading learnt of any body. */
export interface JudgedBody {
  readonly bytes: Uint8Array;
  readonly root: JsonOutline;
  readonly bodyBytes: number;
  /** The model asked for; `auto` where none is stated. */
  readonly model: string;
  /** What is counted where a provider reports no usage. */
  readonly countedText: CountedText;
}

/** The client's own cap on output tokens. */
export interface OutputCap {
  readonly field: 'max_tokens' | 'max_completion_tokens';
  readonly tokens: number;
}

/** An override prefix at the start of the last user message. */
export interface FoundOverride {
  readonly alias: string;
  readonly tier: Tier;
  /** Takes the prefix out; absent where nothing stands behind it. */
  readonly removal: JsonEdit | undefined;
}

/** A chat completion request. */
export interface ChatRequest extends JudgedBody {
  readonly endpoint: 'chat';
  readonly messageCount: number;
  /** What the classifier reads of the messages, bounded. */
  readonly classified: readonly ClassifierMessage[];
  readonly stream: boolean;
  /** The client itself asked for the usage chunk. */
  readonly includeUsage: boolean;
  readonly streamOptions: JsonOutline | undefined;
  readonly outputCap: OutputCap | undefined;
  /** How many answers: `n`, or `best_of` where larger. */
  readonly choices: number;
  readonly toolCount: number;
  readonly responseFormat: 'text' | 'json_object' | 'json_schema';
  readonly imageCount: number;
  /** Bytes of base64 content, which are not text tokens. */
  readonly dataUrlBytes: number;
  /** First hosted tool, and first remote content, by path. */
  readonly hostedToolPath: string | undefined;
  readonly remoteContentPath: string | undefined;
  /** A price-changing option, where stated and not the default. */
  readonly serviceTier: string | undefined;
  readonly override: FoundOverride | undefined;
}

/** An embeddings request. */
export interface EmbeddingsRequest extends JudgedBody {
  readonly endpoint: 'embeddings';
  readonly stream: false;
}

export type JudgedRequest = ChatRequest | EmbeddingsRequest;

/** True where a top-level member is stated; an explicit `null` is absent. */
export function isStated(root: JsonOutline, name: string): boolean {
  const kind = root.members.get(name)?.value.kind;
  return kind !== undefined && kind !== 'null';
}
