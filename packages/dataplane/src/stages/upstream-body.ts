// The body that one candidate gets: the judged bytes with the few splices that SecRouter may make.
import { applyByteEdits, editMembers, type JsonEdit, type ModelConfig, setMember } from '@secrouter/proto';
import type { JudgedRequest } from '../request/judged-request.ts';

const CAP_FIELDS = ['max_tokens', 'max_completion_tokens'] as const;

export interface BodyChanges {
  /** The removed override prefix. */
  readonly edits: readonly JsonEdit[];
  /** A cap to write, in the field that the model takes. */
  readonly outputCap: number | undefined;
  /** Ask for the usage chunk although the client did not. */
  readonly askForUsage: boolean;
  /** The model was chosen by us: its parameters are adapted. */
  readonly isChosenByUs: boolean;
}

/** The adapted body, and what was adapted. */
export interface UpstreamBody {
  readonly bytes: Uint8Array;
  readonly adjusted: readonly string[];
}

/** Builds the body for one model. Members that are not named here keep their bytes and their order. */
export function upstreamBody(request: JudgedRequest, model: ModelConfig, changes: BodyChanges): UpstreamBody {
  const { root, bytes } = request;
  const dropped = changes.isChosenByUs ? model.parameters.drop : [];
  const members = new Map<string, string | undefined>([['model', JSON.stringify(model.upstreamName)]]);
  const edits: JsonEdit[] = [...changes.edits];
  const adjusted: string[] = [];
  if (request.endpoint === 'chat') {
    const outputCap = changes.outputCap ?? capThatIsDropped(request, dropped);
    if (outputCap !== undefined) {
      const field = capField(request, model, dropped);
      // Also one that is null: a server that reads the other field first would see no cap at all.
      for (const other of CAP_FIELDS) if (other !== field && root.members.has(other)) members.set(other, undefined);
      if (field !== undefined) members.set(field, String(outputCap));
    }
    if (changes.askForUsage && !dropped.includes('stream_options')) {
      if (request.streamOptions === undefined) members.set('stream_options', '{"include_usage":true}');
      else edits.push(setMember(request.streamOptions, 'include_usage', 'true'));
    }
  }
  if (changes.isChosenByUs) {
    for (const name of dropped) {
      if (!root.members.has(name) || members.has(name)) continue;
      members.set(name, undefined);
      adjusted.push(`dropped ${name}`);
    }
    for (const [from, to] of Object.entries(model.parameters.rename)) {
      const member = root.members.get(from);
      const isGone = members.has(from) && members.get(from) === undefined;
      if (member === undefined || isGone || root.members.has(to) || members.has(to)) continue;
      const value = members.get(from) ?? textAt(bytes, member.value);
      members.set(from, undefined);
      members.set(to, value);
      adjusted.push(`renamed ${from}`);
    }
  }
  edits.push(...editMembers(root, members));
  return { bytes: applyByteEdits(bytes, edits), adjusted };
}

function textAt(bytes: Uint8Array, { start, end }: { readonly start: number; readonly end: number }): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

// The client's own cap is what was reserved for: a model that does not know its field gets it in the one that it knows.
function capThatIsDropped(
  request: Extract<JudgedRequest, { endpoint: 'chat' }>,
  dropped: readonly string[],
): number | undefined {
  const { outputCap } = request;
  return outputCap !== undefined && dropped.includes(outputCap.field) ? outputCap.tokens : undefined;
}

function capField(
  request: Extract<JudgedRequest, { endpoint: 'chat' }>,
  model: ModelConfig,
  dropped: readonly string[],
): 'max_tokens' | 'max_completion_tokens' | undefined {
  const preferred = model.reasoning ? 'max_completion_tokens' : (request.outputCap?.field ?? 'max_tokens');
  return [preferred, ...CAP_FIELDS].find((field) => !dropped.includes(field));
}
