// The Merkle tree of RFC 6962, section 2.1, grown leaf by leaf. Only its right edge is kept: the roots of the perfect
// subtrees that the leaves so far fall into, largest first (one per set bit of the size).
import { hash } from 'node:crypto';

export const HASH_BYTES = 32;

/** Leaves and inner nodes are hashed in different domains, so that a node can never pass for a leaf. */
const LEAF_PREFIX = Buffer.from([0x00]);
const NODE_PREFIX = Buffer.from([0x01]);

/** A tree of `size` leaves as its right edge. Plain data, so that it lies in one row. */
export interface MerkleTree {
  readonly size: number;
  readonly edge: readonly Buffer[];
}

export const EMPTY_TREE: MerkleTree = Object.freeze({ size: 0, edge: Object.freeze([]) });

/** SHA-256(0x00 || leaf). */
export function hashLeaf(leaf: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([LEAF_PREFIX, leaf]), 'buffer');
}

/** SHA-256(0x01 || left || right). */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE_PREFIX, left, right]), 'buffer');
}

/** The tree with these leaf hashes appended. */
export function appendLeafHashes(tree: MerkleTree, leafHashes: Iterable<Buffer>): MerkleTree {
  const edge = [...tree.edge];
  let size = tree.size;
  for (const leafHash of leafHashes) {
    let node = leafHash;
    // Sizes outgrow 32 bits, so no bit operators here.
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = edge.pop();
      if (left === undefined) throw new RangeError('the edge does not belong to a tree of this size');
      node = hashNode(left, node);
    }
    edge.push(node);
    size += 1;
  }
  return { size, edge };
}

/** The tree with one more leaf. */
export function appendLeafHash(tree: MerkleTree, leafHash: Buffer): MerkleTree {
  return appendLeafHashes(tree, [leafHash]);
}

/** Root hash; of the empty tree, SHA-256 of nothing. */
export function merkleRoot(tree: MerkleTree): Buffer {
  let root = tree.edge.at(-1);
  if (root === undefined) return hash('sha256', '', 'buffer');
  for (let position = tree.edge.length - 2; position >= 0; position -= 1) {
    root = hashNode(tree.edge[position] ?? Buffer.alloc(0), root);
  }
  return root;
}

/** Number of subtrees on the right edge of a tree of this size. */
export function edgeLength(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
