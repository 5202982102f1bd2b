// What the classifier reads of a request. The data plane fills it from its judged JSON tree; no OpenAI object is needed.

/** One message with its text parts already joined by newlines. */
export interface ClassifierMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  readonly text: string;
  /** The message carries at least one image part. */
  readonly hasImage?: boolean;
  /** How many tool calls an assistant message makes. */
  readonly toolCallCount?: number;
}

/** A request, reduced to what can move its tier. */
export interface ClassifierRequest {
  readonly messages: readonly ClassifierMessage[];
  /** How many tools the request offers. */
  readonly toolCount?: number;
  readonly responseFormat?: 'text' | 'json_object' | 'json_schema';
  /** The policy group whose boundaries apply; a group without its own boundaries uses the global ones. */
  readonly group?: string;
}
