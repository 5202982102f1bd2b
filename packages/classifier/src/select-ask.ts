// Which message is the ask: the last one of the user, or the one before when the last only says "go on".
import type { CompiledClassifier } from './compile-classifier.ts';
import { TERM_GROUPS } from './compile-classifier.ts';
import { foldText } from './fold-text.ts';
import type { ClassifierRequest } from './request.ts';
import { scanText } from './scan-text.ts';

const LONGEST_CONTINUATION = 48; // characters; "yes, please go ahead and do it" has 30
const LOOK_BACK_TURNS = 4; // "yes" after "go on" still means the ask before both
const CONTINUE_GROUP = TERM_GROUPS.indexOf('continue');

/** The index of the message to read, or -1 when the request has no message of a user. */
export function selectAsk(request: ClassifierRequest, compiled: CompiledClassifier): number {
  const { messages } = request;
  let last = -1;
  let turns = 0;
  for (let at = messages.length - 1; at >= 0 && turns < LOOK_BACK_TURNS; at -= 1) {
    const message = messages[at];
    if (message?.role !== 'user') continue;
    if (last === -1) last = at;
    if (!isContinuation(message.text, compiled)) return at;
    turns += 1;
  }
  return last;
}

/** True when every word of a short text belongs to a "go on" phrase of some language. */
function isContinuation(text: string, compiled: CompiledClassifier): boolean {
  if (text.length > LONGEST_CONTINUATION) return false;
  const folded = foldText(text, [{ start: 0, end: text.length }], compiled.table);
  const { hits } = scanText(folded, compiled.table, compiled.terms);
  const covered = new Uint8Array(folded.length);
  let found = false;
  for (const hit of hits) {
    if (hit.entry.group !== CONTINUE_GROUP) continue;
    found = true;
    covered.fill(1, hit.start, hit.end);
  }
  if (!found) return false;
  for (let at = 0; at < folded.length; at += 1) {
    const kind = compiled.table.kind[folded.units[at] as number];
    if (covered[at] === 0 && (kind === 1 || kind === 2)) return false;
  }
  return true;
}
