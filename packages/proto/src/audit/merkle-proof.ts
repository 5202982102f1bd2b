// Proofs over the tree: that a leaf is in it, and that one tree is the beginning of another (RFC 6962, sections 2.1.1
// and 2.1.2; verification as in RFC 9162, sections 2.1.3.2 and 2.1.4.2).
import { appendLeafHashes, EMPTY_TREE, hashNode, merkleRoot } from './merkle-tree.ts';

/** Root over a list of leaf hashes. */
export function rootOfLeafHashes(leafHashes: readonly Buffer[]): Buffer {
  return merkleRoot(appendLeafHashes(EMPTY_TREE, leafHashes));
}

/** Audit path of leaf `index`, from the leaf upwards. */
export function inclusionProof(leafHashes: readonly Buffer[], index: number): Buffer[] {
  if (index < 0 || index >= leafHashes.length) throw new RangeError('no such leaf in this tree');
  if (leafHashes.length === 1) return [];
  const split = largestPowerBelow(leafHashes.length);
  const left = leafHashes.slice(0, split);
  const right = leafHashes.slice(split);
  return index < split
    ? [...inclusionProof(left, index), rootOfLeafHashes(right)]
    : [...inclusionProof(right, index - split), rootOfLeafHashes(left)];
}

/** True when `proof` shows that `leafHash` is leaf `index` of the tree with this size and root. */
export function verifyInclusion(
  leafHash: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (index < 0 || index >= size) return false;
  let position = index;
  let last = size - 1;
  let node = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      node = hashNode(sibling, node);
      while (position % 2 === 0 && position !== 0) {
        position /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      node = hashNode(node, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && node.equals(root);
}

/** Proof that the first `oldSize` leaves are the beginning of all of them. */
export function consistencyProof(leafHashes: readonly Buffer[], oldSize: number): Buffer[] {
  if (oldSize < 0 || oldSize > leafHashes.length) throw new RangeError('the old tree is not smaller');
  return oldSize === 0 || oldSize === leafHashes.length ? [] : subproof(leafHashes, oldSize, true);
}

function subproof(leafHashes: readonly Buffer[], oldSize: number, whole: boolean): Buffer[] {
  if (oldSize === leafHashes.length) return whole ? [] : [rootOfLeafHashes(leafHashes)];
  const split = largestPowerBelow(leafHashes.length);
  const left = leafHashes.slice(0, split);
  const right = leafHashes.slice(split);
  return oldSize <= split
    ? [...subproof(left, oldSize, whole), rootOfLeafHashes(right)]
    : [...subproof(right, oldSize - split, false), rootOfLeafHashes(left)];
}

/** True when `proof` shows that the old tree is the beginning of the new one. */
export function verifyConsistency(
  old: { readonly size: number; readonly root: Buffer },
  now: { readonly size: number; readonly root: Buffer },
  proof: readonly Buffer[],
): boolean {
  if (old.size > now.size) return false;
  if (old.size === now.size) return proof.length === 0 && old.root.equals(now.root);
  if (old.size === 0) return proof.length === 0;
  const path = isPowerOfTwo(old.size) ? [old.root, ...proof] : [...proof];
  const first = path.shift();
  return first !== undefined && foldConsistency(old, now, first, path);
}

function foldConsistency(
  old: { readonly size: number; readonly root: Buffer },
  now: { readonly size: number; readonly root: Buffer },
  first: Buffer,
  path: readonly Buffer[],
): boolean {
  let position = old.size - 1;
  let last = now.size - 1;
  while (position % 2 === 1) {
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  let oldNode = first;
  let newNode = first;
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldNode = hashNode(sibling, oldNode);
      newNode = hashNode(sibling, newNode);
      while (position % 2 === 0 && position !== 0) {
        position /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newNode = hashNode(newNode, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && oldNode.equals(old.root) && newNode.equals(now.root);
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function isPowerOfTwo(size: number): boolean {
  return largestPowerBelow(size) * 2 === size || size === 1;
}
