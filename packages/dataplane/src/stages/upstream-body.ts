// The body that one candidate gets: the judged text with the few splices that SecRouter may make (http.md, principle 2).
import { applyJsonEdits, editMembers, type JsonEdit, type ModelConfig, setMember } from '@secrouter/proto';
import type { JudgedRequest } from '../request/judged-request.ts';

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
  readonly text: string;
  readonly adjusted: readonly string[];
}

/** Builds the body for one model. Members that are not named here keep their bytes and their order. */
export function upstreamBody(request: JudgedRequest, model: ModelConfig, changes: BodyChanges): UpstreamBody {
  const { root, text } = request;
  const members = new Map<string, string | undefined>([['model', JSON.stringify(model.upstreamName)]]);
  const edits: JsonEdit[] = [...changes.edits];
  const adjusted: string[] = [];
  if (request.endpoint === 'chat') {
    if (changes.outputCap !== undefined) {
      const field = capField(request, model);
      if (request.outputCap !== undefined && request.outputCap.field !== field)
        members.set(request.outputCap.field, undefined);
      members.set(field, String(changes.outputCap));
    }
    if (changes.askForUsage) {
      if (request.streamOptions === undefined) members.set('stream_options', '{"include_usage":true}');
      else edits.push(setMember(request.streamOptions, 'include_usage', 'true'));
    }
  }
  if (changes.isChosenByUs) {
    for (const name of model.parameters.drop) {
      if (!root.members.has(name) || members.has(name)) continue;
      members.set(name, undefined);
      adjusted.push(`dropped ${name}`);
    }
    for (const [from, to] of Object.entries(model.parameters.rename)) {
      const member = root.members.get(from);
      if (member === undefined || root.members.has(to) || members.has(to)) continue;
      const value = members.get(from) ?? text.slice(member.value.start, member.value.end);
      members.set(from, undefined);
      members.set(to, value);
      adjusted.push(`renamed ${from}`);
    }
  }
  edits.push(...editMembers(root, members));
  return { text: applyJsonEdits(text, edits), adjusted };
}

function capField(
  request: Extract<JudgedRequest, { endpoint: 'chat' }>,
  model: ModelConfig,
): 'max_tokens' | 'max_completion_tokens' {
  if (model.reasoning) return 'max_completion_tokens';
  return request.outputCap?.field ?? 'max_tokens';
}
