// Fuzzes the reading of bodies: nobody may read in them what the gateway did not judge. Two oracles that share no code
// with it: JSON.parse, and a reader made of regular expressions.
import { isDeepStrictEqual } from 'node:util';
import { parseStrictJson, requestJsonLimits } from '@secrouter/proto';
import { unexplained } from './explain-body.ts';
import { bodyBytes, bodyText } from './json-texts.ts';
import { BodyPath } from './judge-and-send.ts';
import { caseRandom } from './random.ts';
import { inspectSource } from './read-members.ts';

export interface BodyFinding {
  readonly index: number;
  readonly problem: string;
  readonly body: string;
}

export interface BodyRun {
  readonly findings: readonly BodyFinding[];
  /** Bodies that JSON.parse reads, that the gateway reads, that would have been sent: a run that sends none proves nothing. */
  readonly counts: { readonly json: number; readonly accepted: number; readonly sent: number };
}

const MAX_FINDINGS = 20;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Runs cases `first` to below `first + runs` of a seed. */
export function fuzzBodies(seed: number, runs: number, first = 0): BodyRun {
  const path = new BodyPath();
  const findings: BodyFinding[] = [];
  const counts = { json: 0, accepted: 0, sent: 0 };
  for (let index = first; index < first + runs && findings.length < MAX_FINDINGS; index += 1) {
    const random = caseRandom(seed, index);
    const bytes = bodyBytes(random, bodyText(random));
    const report = (problem: string) => findings.push({ index, problem, body: bytes.toString('latin1') });
    const text = decoded(bytes);
    const value = text === undefined ? undefined : parsed(text);
    const readingProblem = text === undefined ? undefined : compareReading(text, value, counts);
    if (readingProblem !== undefined) report(readingProblem);
    const sendingProblem = compareSending(path, random, bytes, text, value, counts);
    if (sendingProblem !== undefined) report(sendingProblem);
  }
  return { findings, counts };
}

interface Counts {
  json: number;
  accepted: number;
  sent: number;
}

interface Parsed {
  readonly value: unknown;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): Parsed | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** What the strict reader takes, everybody takes, and in one meaning; what it leaves has one of its own reasons. */
function compareReading(text: string, value: Parsed | undefined, counts: Counts): string | undefined {
  const reading = parseStrictJson(text, requestJsonLimits);
  if (value === undefined) return reading.outcome === 'parsed' ? 'accepts what JSON.parse refuses' : undefined;
  counts.json += 1;
  const { hasDuplicate, hasLoneSurrogate, depth } = inspectSource(text);
  const isSound = !hasDuplicate && !hasLoneSurrogate && depth <= requestJsonLimits.maxDepth;
  if (reading.outcome === 'parsed') {
    counts.accepted += 1;
    return isSound ? undefined : `accepts ${JSON.stringify({ hasDuplicate, hasLoneSurrogate, depth })}`;
  }
  return isSound ? `refuses sound JSON: ${reading.problem}` : undefined;
}

function compareSending(
  path: BodyPath,
  random: Parameters<BodyPath['send']>[0],
  bytes: Uint8Array,
  text: string | undefined,
  value: Parsed | undefined,
  counts: Counts,
): string | undefined {
  let sent: ReturnType<BodyPath['send']>;
  try {
    sent = path.send(random, bytes);
  } catch (error) {
    return `throws ${String(error)}`;
  }
  if (sent.outcome === 'refused') return undefined;
  counts.sent += 1;
  const sentText = decoded(sent.bytes);
  if (text === undefined || value === undefined) return 'sends what nobody can read';
  if (sentText === undefined || parsed(sentText) === undefined) return 'sends what is no JSON';
  return unexplained(sentText, text) ?? differentMeaning(sentText, text);
}

const CHANGED = ['model', 'messages', 'max_tokens', 'max_completion_tokens', 'stream_options'];

/** The same for JSON.parse: every member that is never changed has its value still. */
function differentMeaning(sent: string, original: string): string | undefined {
  const [before, after] = [original, sent].map((text) => {
    const members = JSON.parse(text) as Record<string, unknown>;
    return Object.entries(members).filter(([name]) => !CHANGED.includes(name));
  });
  return isDeepStrictEqual(after, before) ? undefined : 'means something else to JSON.parse';
}
