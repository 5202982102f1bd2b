// Contributions as rows of a table. The words come from the prompt that the browser still has: the server sends positions.
import type { ExplainedRouting } from '../../use-cases/routing/explain-routing.ts';

const SHOWN_WORDS = 6;

export interface ContributionRow {
  /** The dimension. */
  readonly key: string;
  readonly points: string;
  readonly value: string;
  /** The words that were found, shortened. */
  readonly found: string;
}

/** Rows, the largest part of the score first; the base, from which every prompt starts, last. */
export function contributionRows(
  prompt: string,
  contributions: ExplainedRouting['classified']['contributions'],
): readonly ContributionRow[] {
  const base = contributions.filter(({ dimension }) => dimension === 'base');
  const others = contributions.filter(({ dimension, points }) => dimension !== 'base' && points !== 0);
  const sorted = others.toSorted((left, right) => Math.abs(right.points) - Math.abs(left.points));
  return [...sorted, ...base].map(({ dimension, points, value, spans }) => ({
    key: dimension,
    points: points > 0 ? `+${points}` : String(points),
    value: dimension === 'base' ? '' : value.toFixed(2),
    found: wordsAt(prompt, spans),
  }));
}

function wordsAt(prompt: string, spans: readonly { readonly start: number; readonly end: number }[]): string {
  const words = [...new Set(spans.map(({ start, end }) => wholeWord(prompt, start, end).toLowerCase()))];
  const shown = words.slice(0, SHOWN_WORDS).join(', ');
  return words.length > SHOWN_WORDS ? `${shown}, …` : shown;
}

/** A term may be the start of a word alone; a person wants to read the word. */
function wholeWord(prompt: string, start: number, end: number): string {
  const found = prompt.slice(start, end);
  const rest = WITHOUT_SPACES.test(found)
    ? ''
    : (/^[\p{L}\p{M}\p{N}]*/u.exec(prompt.slice(end, end + LONGEST_REST))?.[0] ?? '');
  return (found + rest).trim();
}

const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const LONGEST_REST = 32;
