// What an endpoint says to `GET /models`, as a value. Any HTTP answer shows that it can be reached.
import { decodeUtf8Strict, type JsonLimits, type JsonNode, parseStrictJson } from '@secrouter/proto';
import type { UpstreamFailureKind } from './upstream-failure.ts';

export const MAX_LIST_BYTES = 1_048_576;
const MAX_MODELS = 10_000;
const MAX_ID_CHARACTERS = 256;
const LIST_LIMITS: JsonLimits = { maxDepth: 16, maxMembers: 256, maxItems: MAX_MODELS, maxNodes: 400_000 };

/** How a probe ended. */
export type ProbeResult =
  | { readonly outcome: 'listed'; readonly models: readonly string[] }
  /** The endpoint has no list, or none that can be read. */
  | { readonly outcome: 'unlisted' | 'unreadable' }
  | { readonly outcome: 'refused'; readonly status: number }
  | { readonly outcome: 'failed'; readonly kind: UpstreamFailureKind };

/** A closed set, fit for a metric label. */
export type ProbeOutcome = Exclude<ProbeResult['outcome'], 'failed'> | UpstreamFailureKind | 'no_credential';

/** Judges an answer; the body may be one byte longer than allowed, which says that it was cut. */
export function judgeProbe(status: number, body: Uint8Array): ProbeResult {
  if (status === 404 || status === 405) return { outcome: 'unlisted' };
  if (status !== 200) return { outcome: 'refused', status };
  const models = body.byteLength > MAX_LIST_BYTES ? undefined : readModels(body);
  return models === undefined ? { outcome: 'unreadable' } : { outcome: 'listed', models };
}

function readModels(body: Uint8Array): readonly string[] | undefined {
  const text = decodeUtf8Strict(body);
  const reading = text === undefined ? undefined : parseStrictJson(text, LIST_LIMITS);
  if (reading?.outcome !== 'parsed') return undefined;
  const data = memberOf(reading.root, 'data');
  if (data?.kind !== 'array') return undefined;
  const models = new Set<string>();
  for (const item of data.items) {
    const id = memberOf(item, 'id');
    if (id?.kind !== 'string' || id.value === '' || id.value.length > MAX_ID_CHARACTERS) return undefined;
    models.add(id.value);
  }
  return [...models];
}

function memberOf(node: JsonNode, name: string): JsonNode | undefined {
  return node.kind === 'object' ? node.members.get(name)?.value : undefined;
}
