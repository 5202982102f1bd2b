// Code fences as CommonMark has them, a little more forgiving where people close them.

/** A run of backticks or tildes at a line's start. */
export interface Fence {
  /** Empty where the line that opened it was not read. */
  readonly mark: string;
  readonly length: number;
}

const SHORTEST = 3;

/** The fence that opens at `first`, the first visible character of a line: no code that opens and closes in one line. */
export function openingFence(text: string, first: number, end: number): Fence | undefined {
  const fence = runAt(text, first, end);
  if (fence === undefined || fence.mark === '~') return fence;
  return text.slice(first + fence.length, end).includes('`') ? undefined : fence;
}

/**
 * Where the line goes on behind the marks that close a fence, or -1. Prose may follow on the same line, which CommonMark
 * does not allow and people write; one word is the language of another fence.
 */
export function endOfClosing(text: string, first: number, end: number, open: Fence): number {
  const fence = runAt(text, first, end);
  if (fence === undefined || fence.length < open.length) return -1;
  if (open.mark !== '' && fence.mark !== open.mark) return -1;
  const rest = text.slice(first + fence.length, end).trimEnd();
  return rest === '' || rest.startsWith(' ') ? first + fence.length : -1;
}

function runAt(text: string, first: number, end: number): Fence | undefined {
  const mark = text.charAt(first);
  if (mark !== '`' && mark !== '~') return undefined;
  let at = first;
  while (at < end && text[at] === mark) at += 1;
  return at - first >= SHORTEST ? { mark, length: at - first } : undefined;
}
