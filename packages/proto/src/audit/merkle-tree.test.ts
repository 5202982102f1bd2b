import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  rootOfLeafHashes,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.ts';
import { appendLeafHashes, EMPTY_TREE, edgeLength, hashLeaf, hashNode, merkleRoot } from './merkle-tree.ts';

// Inputs and answers of the reference implementation of RFC 6962 (google/certificate-transparency, merkle tree tests).
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const h96 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const h5f = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const h6b = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const hbc = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const hca = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const h0e = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';

const leaves = inputs.map((hex) => hashLeaf(Buffer.from(hex, 'hex')));
const hexOf = (proof: readonly Buffer[]) => proof.map((node) => node.toString('hex'));
const list = (size: number) => Array.from({ length: size }, (_, index) => hashLeaf(Buffer.from(`leaf ${index}`)));

/** The definition, word for word: MTH of RFC 6962, section 2.1. */
function definedRoot(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (only === undefined) return merkleRoot(EMPTY_TREE);
  if (hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return hashNode(definedRoot(hashes.slice(0, split)), definedRoot(hashes.slice(split)));
}

test('has the roots of the reference implementation', () => {
  const found = inputs.map((_, index) => rootOfLeafHashes(leaves.slice(0, index + 1)).toString('hex'));

  expect(found).toEqual(roots);
  expect(merkleRoot(EMPTY_TREE).toString('hex')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});

test('has the inclusion proofs of the reference implementation', () => {
  expect(hexOf(inclusionProof(leaves, 0))).toEqual([h96, h5f, h6b]);
  expect(hexOf(inclusionProof(leaves, 5))).toEqual([hbc, hca, roots[3]]);
  expect(hexOf(inclusionProof(leaves.slice(0, 3), 2))).toEqual([roots[1]]);
  expect(hexOf(inclusionProof(leaves.slice(0, 5), 1))).toEqual([roots[0], h5f, hbc]);
});

test('has the consistency proofs of the reference implementation', () => {
  expect(hexOf(consistencyProof(leaves, 1))).toEqual([h96, h5f, h6b]);
  expect(hexOf(consistencyProof(leaves, 6))).toEqual([h0e, hca, roots[3]]);
  expect(hexOf(consistencyProof(leaves.slice(0, 5), 2))).toEqual([h5f, hbc]);
});

test('growing in any steps gives the root of the definition', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }), (steps) => {
      const all = list(steps.reduce((sum, step) => sum + step, 0));
      let tree = EMPTY_TREE;

      for (const step of steps) tree = appendLeafHashes(tree, all.slice(tree.size, tree.size + step));

      expect(tree.edge).toHaveLength(edgeLength(all.length));
      expect(merkleRoot(tree)).toEqual(definedRoot(all));
    }),
  );
});

test('every leaf of every tree is proved, and a changed proof, leaf, place or root is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (size, pick, flip) => {
      const all = list(size);
      const index = pick % size;
      const root = rootOfLeafHashes(all);
      const proof = inclusionProof(all, index);
      const leaf = all[index] as Buffer;

      expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true);
      expect(verifyInclusion(hashLeaf(Buffer.from('other')), index, size, proof, root)).toBe(false);
      expect(verifyInclusion(leaf, index, size, proof, hashLeaf(root))).toBe(false);
      expect(verifyInclusion(leaf, index, size, [...proof, root], root)).toBe(false);
      if (size > 1) {
        const bent = proof.map((node, at) => (at === flip % proof.length ? hashLeaf(node) : node));
        expect(verifyInclusion(leaf, (index + 1) % size, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, bent, root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(false);
      }
    }),
  );
});

test('every tree is proved to begin with every smaller one, and a rewritten past is not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, pick) => {
      const all = list(size);
      const oldSize = (pick % size) + 1;
      const old = { size: oldSize, root: rootOfLeafHashes(all.slice(0, oldSize)) };
      const now = { size, root: rootOfLeafHashes(all) };
      const proof = consistencyProof(all, oldSize);

      expect(verifyConsistency(old, now, proof)).toBe(true);
      expect(verifyConsistency({ ...old, root: hashLeaf(old.root) }, now, proof)).toBe(false);
      expect(verifyConsistency(old, { ...now, root: hashLeaf(now.root) }, proof)).toBe(false);
      expect(verifyConsistency(now, old, proof)).toBe(oldSize === size);
    }),
  );
});
