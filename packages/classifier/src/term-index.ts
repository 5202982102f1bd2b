// The lexicons as one trie over folded units, flattened into typed arrays: one walk per word start finds the terms of
// all languages and families at once, in time that does not depend on how many terms there are.
import type { CharTable } from './char-table.ts';
import { BREAK, foldText } from './fold-text.ts';
import type { TextRange } from './text-range.ts';

const SPACE = 0x20;
const HYPHEN = 0x2d;

/** One term: which group it belongs to and, as a bit mask, in which languages. */
export interface TermEntry {
  readonly term: string;
  /** Index of a family or of one of the auxiliary lists. */
  readonly group: number;
  readonly languages: number;
  /** How much a match counts against others of its family. */
  readonly strength: number;
}

/** A flattened trie with open-addressed edges. */
export interface TermIndex {
  readonly edgeNodes: Int32Array;
  readonly edgeCodes: Uint16Array;
  readonly edgeTargets: Int32Array;
  readonly hashShift: number;
  /** Per node: index of its term list plus one, 0 for none. Whole words and word starts are kept apart. */
  readonly wholeTerms: Int32Array;
  readonly prefixTerms: Int32Array;
  readonly termLists: readonly (readonly TermEntry[])[];
  /** Per node: number of the wording's term plus one, 0 for none; whole words and word starts again. */
  readonly wholeWording: Int32Array;
  readonly prefixWording: Int32Array;
  readonly wordingCount: number;
}

interface BuildTrie {
  nodeCount: number;
  /** Target nodes by `node * 65,536 + unit`; one map, because a map per node costs more than the matching ever does. */
  readonly edges: Map<number, number>;
  readonly whole: Map<number, readonly TermEntry[]>;
  readonly prefix: Map<number, readonly TermEntry[]>;
  readonly wholeWording: Map<number, number>;
  readonly prefixWording: Map<number, number>;
}

const UNITS = 65_536;

/**
 * Builds the index; a term that ends in `*` matches the start of a word, any other the whole word. The terms of the
 * wording are numbered as they come.
 */
export function buildTermIndex(entries: readonly TermEntry[], wording: readonly string[], table: CharTable): TermIndex {
  const trie: BuildTrie = {
    nodeCount: 1,
    edges: new Map(),
    whole: new Map(),
    prefix: new Map(),
    wholeWording: new Map(),
    prefixWording: new Map(),
  };
  const folded = foldTerms([...entries.map(({ term }) => term), ...wording], table);
  folded.forEach(({ units, isPrefix }, at) => {
    const node = addTerm(trie, units);
    if (node === 0) return; // it folds to nothing, and would match everywhere
    const entry = entries[at];
    if (entry === undefined) {
      (isPrefix ? trie.prefixWording : trie.wholeWording).set(node, at - entries.length + 1);
      return;
    }
    const lists = isPrefix ? trie.prefix : trie.whole;
    lists.set(node, mergeEntry(lists.get(node) ?? [], entry));
  });
  return flatten(trie, wording.length);
}

interface FoldedTerm {
  readonly units: Uint16Array;
  readonly isPrefix: boolean;
}

/** Folds terms as a text is folded, all at once: a folding for each takes several times as long. */
function foldTerms(terms: readonly string[], table: CharTable): readonly FoldedTerm[] {
  const ranges: TextRange[] = [];
  let text = '';
  for (const term of terms) {
    const trimmed = (term.endsWith('*') ? term.slice(0, -1) : term).trim();
    ranges.push({ start: text.length, end: text.length + trimmed.length });
    text += trimmed;
  }
  const { units } = foldText(text, ranges, table);
  let start = 0;
  return terms.map((term) => {
    const end = units.indexOf(BREAK, start);
    const own = units.subarray(start, end);
    start = end + 1;
    return { units: own, isPrefix: term.endsWith('*') };
  });
}

/** The node of a term. */
function addTerm(trie: BuildTrie, units: Uint16Array): number {
  let at = 0;
  for (const unit of units) {
    const edge = at * UNITS + (unit === HYPHEN ? SPACE : unit);
    let next = trie.edges.get(edge);
    if (next === undefined) {
      next = trie.nodeCount;
      trie.nodeCount += 1;
      trie.edges.set(edge, next);
    }
    at = next;
  }
  return at;
}

/** The node reached from `node` over `code`, or -1. */
export function followEdge(index: TermIndex, node: number, code: number): number {
  const { edgeNodes, edgeCodes, edgeTargets } = index;
  const mask = edgeNodes.length - 1;
  let slot = hashEdge(node, code) >>> index.hashShift;
  while (true) {
    const owner = edgeNodes[slot] as number;
    if (owner === -1) return -1;
    if (owner === node && edgeCodes[slot] === code) return edgeTargets[slot] as number;
    slot = (slot + 1) & mask;
  }
}

/** The same spelling in the same group in several languages is one term. */
function mergeEntry(list: readonly TermEntry[], entry: TermEntry): readonly TermEntry[] {
  const same = list.find((other) => other.group === entry.group);
  if (same === undefined) return [...list, entry];
  return list.map((other) => (other === same ? { ...same, languages: same.languages | entry.languages } : other));
}

function flatten(trie: BuildTrie, wordingCount: number): TermIndex {
  let bits = 4;
  while (1 << bits < trie.edges.size * 2) bits += 1;
  const edgeNodes = new Int32Array(1 << bits).fill(-1);
  const edgeCodes = new Uint16Array(1 << bits);
  const edgeTargets = new Int32Array(1 << bits);
  const hashShift = 32 - bits;
  for (const [edge, target] of trie.edges) {
    const node = Math.floor(edge / UNITS);
    const code = edge % UNITS;
    let slot = hashEdge(node, code) >>> hashShift;
    while (edgeNodes[slot] !== -1) slot = (slot + 1) & (edgeNodes.length - 1);
    edgeNodes[slot] = node;
    edgeCodes[slot] = code;
    edgeTargets[slot] = target;
  }
  const wholeTerms = new Int32Array(trie.nodeCount);
  const prefixTerms = new Int32Array(trie.nodeCount);
  const termLists: (readonly TermEntry[])[] = [];
  for (const [node, list] of trie.whole) wholeTerms[node] = termLists.push(list);
  for (const [node, list] of trie.prefix) prefixTerms[node] = termLists.push(list);
  const wholeWording = new Int32Array(trie.nodeCount);
  const prefixWording = new Int32Array(trie.nodeCount);
  for (const [node, number] of trie.wholeWording) wholeWording[node] = number;
  for (const [node, number] of trie.prefixWording) prefixWording[node] = number;
  return {
    edgeNodes,
    edgeCodes,
    edgeTargets,
    hashShift,
    wholeTerms,
    prefixTerms,
    termLists,
    wholeWording,
    prefixWording,
    wordingCount,
  };
}

function hashEdge(node: number, code: number): number {
  return Math.imul(Math.imul(node, 0x9e3779b1) ^ code, 0x85ebca6b);
}
