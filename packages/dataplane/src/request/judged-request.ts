// The judged body: what was read once, strictly, and is what will be sent. Nodes point into `text`; changes are splices.
import type { JsonArray, JsonObject, JsonString } from '@secrouter/proto';

/** What the strict reading learnt of any body. */
export interface JudgedBody {
  readonly text: string;
  readonly root: JsonObject;
  readonly bodyBytes: number;
  /** The model asked for; `auto` where none is stated. */
  readonly model: string;
}

/** The client's own cap on output tokens. */
export interface OutputCap {
  readonly field: 'max_tokens' | 'max_completion_tokens';
  readonly tokens: number;
}

/** A chat completion request. */
export interface ChatRequest extends JudgedBody {
  readonly endpoint: 'chat';
  readonly messages: JsonArray;
  readonly stream: boolean;
  /** The client itself asked for the usage chunk. */
  readonly includeUsage: boolean;
  readonly streamOptions: JsonObject | undefined;
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
  /** First text of the last user message, where an override prefix may stand. */
  readonly lastUserText: JsonString | undefined;
}

/** An embeddings request. */
export interface EmbeddingsRequest extends JudgedBody {
  readonly endpoint: 'embeddings';
  readonly stream: false;
}

export type JudgedRequest = ChatRequest | EmbeddingsRequest;
