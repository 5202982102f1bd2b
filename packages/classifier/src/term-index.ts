// The lexicons as one trie over folded units, flattened into typed arrays: one walk per word start finds the terms of
// all languages and families at once, in time that does not depend on how many terms there are.
import { type CharTable, foldTerm } from './char-table.ts';

const SPACE = 0x20;
const HYPHEN = 0x2d;

/** One term: which group it belongs to and, as a bit mask, in which languages. */
export interface TermEntry {
  readonly term: string;
  /** Index of a family or of one of the auxiliary lists. */
  readonly group: number;
  readonly languages: number;
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
}

interface BuildNode {
  readonly edges: Map<number, number>;
  whole: TermEntry[];
  prefix: TermEntry[];
}

/** Builds the index; a term that ends in `*` matches the start of a word, any other the whole word. */
export function buildTermIndex(entries: readonly TermEntry[], table: CharTable): TermIndex {
  const nodes: BuildNode[] = [newNode()];
  let edgeCount = 0;
  for (const entry of entries) {
    const isPrefix = entry.term.endsWith('*');
    let at = 0;
    for (const unit of termUnits(isPrefix ? entry.term.slice(0, -1) : entry.term, table)) {
      const edges = (nodes[at] as BuildNode).edges;
      let next = edges.get(unit);
      if (next === undefined) {
        next = nodes.push(newNode()) - 1;
        edges.set(unit, next);
        edgeCount += 1;
      }
      at = next;
    }
    const node = nodes[at] as BuildNode;
    if (isPrefix) node.prefix = mergeEntry(node.prefix, entry);
    else node.whole = mergeEntry(node.whole, entry);
  }
  return flatten(nodes, edgeCount);
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

function termUnits(term: string, table: CharTable): number[] {
  return foldTerm(term.trim(), table).map((unit) => (unit === HYPHEN ? SPACE : unit));
}

function newNode(): BuildNode {
  return { edges: new Map(), whole: [], prefix: [] };
}

/** The same spelling in the same group in several languages is one term. */
function mergeEntry(list: TermEntry[], entry: TermEntry): TermEntry[] {
  const same = list.find((other) => other.group === entry.group);
  if (same === undefined) return [...list, entry];
  return list.map((other) => (other === same ? { ...same, languages: same.languages | entry.languages } : other));
}

function flatten(nodes: readonly BuildNode[], edgeCount: number): TermIndex {
  let bits = 4;
  while (1 << bits < edgeCount * 2) bits += 1;
  const edgeNodes = new Int32Array(1 << bits).fill(-1);
  const edgeCodes = new Uint16Array(1 << bits);
  const edgeTargets = new Int32Array(1 << bits);
  const hashShift = 32 - bits;
  const wholeTerms = new Int32Array(nodes.length);
  const prefixTerms = new Int32Array(nodes.length);
  const termLists: (readonly TermEntry[])[] = [];
  nodes.forEach((node, at) => {
    for (const [code, target] of node.edges) {
      let slot = hashEdge(at, code) >>> hashShift;
      while (edgeNodes[slot] !== -1) slot = (slot + 1) & (edgeNodes.length - 1);
      edgeNodes[slot] = at;
      edgeCodes[slot] = code;
      edgeTargets[slot] = target;
    }
    if (node.whole.length > 0) wholeTerms[at] = termLists.push(node.whole);
    if (node.prefix.length > 0) prefixTerms[at] = termLists.push(node.prefix);
  });
  return { edgeNodes, edgeCodes, edgeTargets, hashShift, wholeTerms, prefixTerms, termLists };
}

function hashEdge(node: number, code: number): number {
  return Math.imul(Math.imul(node, 0x9e3779b1) ^ code, 0x85ebca6b);
}
