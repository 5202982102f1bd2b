// Names the known word that a misspelt one is closest to.

const LONGEST_COMPARED = 64;

/** The candidate with the smallest edit distance; the first of several. */
export function nearestName(name: string, candidates: readonly string[]): string {
  const wanted = name.slice(0, LONGEST_COMPARED).toLowerCase();
  let nearest = candidates[0] ?? '';
  let smallest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < smallest) [smallest, nearest] = [distance, candidate];
  }
  return nearest;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
