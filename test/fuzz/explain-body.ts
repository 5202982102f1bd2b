// The oracle: whether each byte of a body that a provider got is either a byte of the body that the client sent, in its
// place, or one of the few splices that the gateway may make (http.md, principles 1 and 2).
import { isDeepStrictEqual } from 'node:util';
import { readSourceObject, type SourceMember, type SourceObject } from './read-members.ts';

const CAPS = ['max_tokens', 'max_completion_tokens'];
const MODEL_NAMES = ['small', 'medium', 'large', 'reasoning', 'embedding'];
const PREFIX = /^(?:\/(\w+)|\[(\w+)\]|(\w+) mode:)(\s+)/i;
const ALIASES = 'simple basic cheap medium balanced complex advanced max reasoning think deep'.split(' ');

/** Undefined when everything is explained; else what is not. */
export function unexplained(sent: string, original: string): string | undefined {
  const before = readSourceObject(original);
  const after = readSourceObject(sent);
  if (before === undefined || after === undefined) return 'not an object';
  const kept = before.members.filter(({ name }) => after.members.some((member) => member.name === name));
  const added = after.members.filter(({ name }) => !before.members.some((member) => member.name === name));
  const names = after.members.map(({ name }) => name);
  if (
    !isDeepStrictEqual(
      names,
      [...kept, ...added].map(({ name }) => name),
    )
  )
    return `order of members: ${names}`;
  for (const member of before.members)
    if (!kept.includes(member) && !CAPS.includes(member.name)) return `lost ${member.name}`;
  for (const member of added) {
    const problem = addedProblem(member, sourceOf(sent, member), before, after);
    if (problem !== undefined) return problem;
  }
  for (const member of kept) {
    const now = after.members.find(({ name }) => name === member.name) as SourceMember;
    const problem = changeProblem(member.name, sourceOf(sent, now), sourceOf(original, member), original);
    if (problem !== undefined) return problem;
  }
  return betweenProblem(sent, after, original, before, kept.length < before.members.length);
}

function sourceOf(text: string, { valueStart, valueEnd }: SourceMember): string {
  return text.slice(valueStart, valueEnd);
}

function addedProblem(
  { name }: SourceMember,
  value: string,
  before: SourceObject,
  after: SourceObject,
): string | undefined {
  if (name === 'model' && MODEL_NAMES.includes(JSON.parse(value))) return undefined;
  if (name === 'stream_options' && value === '{"include_usage":true}') return undefined;
  const other = CAPS.find((cap) => cap !== name);
  const isOnlyCap = !after.members.some((member) => member.name === other);
  const replaces = before.members.some((member) => member.name === other);
  if (CAPS.includes(name) && /^[1-9]\d*$/.test(value) && (isOnlyCap || !replaces)) return undefined;
  return `added ${name}: ${value.slice(0, 80)}`;
}

function changeProblem(name: string, sent: string, original: string, body: string): string | undefined {
  if (name === 'model') return MODEL_NAMES.includes(JSON.parse(sent)) ? undefined : `model ${sent}`;
  if (sent === original) return undefined;
  if (CAPS.includes(name)) return capProblem(sent, original);
  if (name === 'stream_options') return streamOptionsProblem(sent, original);
  if (name === 'messages') return prefixProblem(sent, original, body);
  return `changed ${name}`;
}

function capProblem(sent: string, original: string): string | undefined {
  const isLowered = original === 'null' || Number(sent) < Number(original);
  return /^[1-9]\d*$/.test(sent) && isLowered ? undefined : `cap ${original} became ${sent}`;
}

function streamOptionsProblem(sent: string, original: string): string | undefined {
  if (original === 'null') return sent === '{"include_usage":true}' ? undefined : `stream_options ${sent}`;
  const before = readSourceObject(original);
  const after = readSourceObject(sent);
  const usage = after?.members.find(({ name }) => name === 'include_usage');
  if (before === undefined || after === undefined || usage === undefined) return 'stream_options';
  if (sourceOf(sent, usage) !== 'true') return 'include_usage';
  const had = before.members.find(({ name }) => name === 'include_usage');
  if (had !== undefined) {
    const rebuilt = `${original.slice(0, had.valueStart)}true${original.slice(had.valueEnd)}`;
    return rebuilt === sent ? undefined : 'stream_options changed elsewhere';
  }
  const last = before.members.at(-1);
  const at = last?.valueEnd ?? before.start + 1;
  const rebuilt = `${original.slice(0, at)}${last === undefined ? '' : ','}"include_usage":true${original.slice(at)}`;
  return rebuilt === sent ? undefined : 'stream_options changed elsewhere';
}

/** A prefix is one piece of source, taken out of the first text of the last user message, with `auto` alone. */
function prefixProblem(sent: string, original: string, body: string): string | undefined {
  const { model } = JSON.parse(body) as { model?: unknown };
  if (![undefined, null, 'auto', 'secrouter/auto'].includes(model as string)) return 'a prefix without auto';
  let start = 0;
  while (start < sent.length && sent[start] === original[start]) start += 1;
  let tail = 0;
  while (tail < sent.length - start && sent.at(-1 - tail) === original.at(-1 - tail)) tail += 1;
  if (start + tail !== sent.length) return 'messages changed in more than one place';
  const expected = JSON.parse(original) as readonly { role: string; content: unknown }[];
  const user = expected.findLast(({ role }) => role === 'user');
  if (user === undefined || !stripFirstText(user)) return 'a prefix that is none was taken out';
  return isDeepStrictEqual(JSON.parse(sent), expected) ? undefined : 'messages differ by more than the prefix';
}

function stripFirstText(message: { content: unknown }): boolean {
  if (typeof message.content === 'string') {
    const stripped = withoutPrefix(message.content);
    if (stripped === undefined) return false;
    message.content = stripped;
    return true;
  }
  const parts = Array.isArray(message.content) ? (message.content as { text?: unknown }[]) : [];
  const part = parts.find(({ text }) => typeof text === 'string');
  const stripped = typeof part?.text === 'string' ? withoutPrefix(part.text) : undefined;
  if (part === undefined || stripped === undefined) return false;
  part.text = stripped;
  return true;
}

function withoutPrefix(text: string): string | undefined {
  const match = PREFIX.exec(text);
  const alias = match?.[1] ?? match?.[2] ?? match?.[3];
  if (match === null || alias === undefined || !ALIASES.includes(alias.toLowerCase())) return undefined;
  return text.slice(match[0].length);
}

/** What stands between the values: blanks, names and commas are the client's, but for what was added at the end. */
function betweenProblem(
  sent: string,
  after: SourceObject,
  original: string,
  before: SourceObject,
  hasRemoval: boolean,
): string | undefined {
  // A member that was taken out took a comma and blanks with it; its neighbours were compared one by one.
  if (hasRemoval) return isDeepStrictEqual(outside(sent, after), outside(original, before)) ? undefined : 'around';
  const count = before.members.length;
  const isSame = before.members.every((member, at) => {
    const now = after.members[at] as SourceMember;
    return gapBefore(sent, after, at, now) === gapBefore(original, before, at, member);
  });
  if (!isSame) return 'between members';
  const last = before.members.at(-1);
  const lastNow = after.members[count - 1];
  const closing = original.slice(last?.valueEnd ?? before.start + 1);
  const added = after.members.slice(count).map((member) => `${JSON.stringify(member.name)}:${sourceOf(sent, member)}`);
  const inserted = added.length === 0 ? '' : `${count === 0 ? '' : ','}${added.join(',')}`;
  return sent.slice(lastNow?.valueEnd ?? after.start + 1) === inserted + closing ? undefined : 'behind the last member';
}

function gapBefore(text: string, object: SourceObject, at: number, member: SourceMember): string {
  const start = at === 0 ? 0 : (object.members[at - 1]?.valueEnd ?? 0);
  return text.slice(start, member.valueStart);
}

function outside(text: string, { start, end }: SourceObject): readonly string[] {
  return [text.slice(0, start), text.slice(end)];
}
