// A second reader of JSON, on purpose another one than the gateway's: regular expressions over a text that JSON.parse has
// accepted. It says where each member stands, and whether a name comes twice.

/** One member of an object, by the places of its source. */
export interface SourceMember {
  readonly name: string;
  readonly nameStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** An object's source: its members in order, and where it opens and closes. */
export interface SourceObject {
  readonly start: number;
  readonly end: number;
  readonly members: readonly SourceMember[];
}

const TOKEN = /[ \t\r\n]+|"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gsy;

/** The members of the object that the whole text is; undefined for anything else. */
export function readSourceObject(text: string): SourceObject | undefined {
  const tokens = [...text.matchAll(TOKEN)]
    .map((match) => ({ source: match[0], start: match.index }))
    .filter(({ source }) => !/^\s/.test(source));
  const [opening] = tokens;
  if (opening?.source !== '{') return undefined;
  const members: SourceMember[] = [];
  let depth = 0;
  let name: { source: string; start: number } | undefined;
  let valueStart = -1;
  let previousEnd = 0;
  for (const [at, token] of tokens.entries()) {
    const isClosing = token.source === '}' || token.source === ']';
    const endsMember = depth === 1 && name !== undefined && (token.source === ',' || isClosing);
    if (endsMember && name !== undefined) {
      const decoded = JSON.parse(name.source) as string;
      members.push({ name: decoded, nameStart: name.start, valueStart, valueEnd: previousEnd });
      name = undefined;
    } else if (depth === 1 && name === undefined && tokens[at + 1]?.source === ':') {
      name = token;
      valueStart = tokens[at + 2]?.start ?? -1;
    }
    if (token.source === '{' || token.source === '[') depth += 1;
    if (isClosing) depth -= 1;
    previousEnd = token.start + token.source.length;
  }
  return { start: opening.start, end: previousEnd, members };
}

/** What the text says besides its values: a name that comes twice in an object, a lone surrogate, how deep it goes. */
export function inspectSource(text: string): {
  readonly hasDuplicate: boolean;
  readonly hasLoneSurrogate: boolean;
  readonly depth: number;
} {
  const names: Set<string>[] = [];
  let depth = 0;
  let hasDuplicate = false;
  let hasLoneSurrogate = false;
  let last: string | undefined;
  for (const [source] of text.matchAll(TOKEN)) {
    if (/^\s/.test(source)) continue;
    if (source.startsWith('"') && !(JSON.parse(source) as string).isWellFormed()) hasLoneSurrogate = true;
    if (source === '{' || source === '[') {
      names.push(new Set());
      depth = Math.max(depth, names.length);
    } else if (source === '}' || source === ']') names.pop();
    else if (source === ':' && last !== undefined) {
      const name = JSON.parse(last) as string;
      hasDuplicate ||= names.at(-1)?.has(name) ?? false;
      names.at(-1)?.add(name);
    }
    last = source;
  }
  return { hasDuplicate, hasLoneSurrogate, depth };
}
