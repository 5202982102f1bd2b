// Reads a log from its first leaf to its last in constant memory and says where it stops being what was signed. Shared by
// the console's verification and the assessor's program.
import { type AuditLeaf, FIRST_PREV_HASH, LEAF_VERSION } from './audit-leaf.ts';
import { canonicalText } from './canonical-text.ts';
import type { Checkpoint } from './checkpoint.ts';
import { appendLeafHash, EMPTY_TREE, hashLeaf, type MerkleTree, merkleRoot } from './merkle-tree.ts';

/** What can be wrong with a log and its surroundings, by name. */
export type LogProblemKind =
  /** A body does not have the hash beside it: it was edited. */
  | 'leaf_edited'
  /** A body is not the canonical text of a leaf of this log. */
  | 'leaf_malformed'
  /** A searchable column says something else than the body. */
  | 'leaf_column_differs'
  /** Places in the log are empty: leaves were deleted. */
  | 'leaf_missing'
  /** A place is taken twice. */
  | 'leaf_repeated'
  /** A leaf does not follow the one before it: edited and hashed anew, inserted, swapped or renumbered. */
  | 'chain_broken'
  /** The tree is not the one that was signed. */
  | 'root_differs'
  /** A checkpoint is not signed by the log's key, or is of another log. */
  | 'checkpoint_forged'
  /** A checkpoint says less than one exported before it: an old one was replayed. */
  | 'checkpoint_replayed'
  /** The log is shorter than what was signed. */
  | 'tail_missing'
  /** The head row does not fit the leaves. */
  | 'head_differs'
  /** Numbers of a process' stream never arrived. */
  | 'stream_hole'
  /** A leaf carries a number that its stream has not received, or that another leaf carries. */
  | 'stream_differs'
  /** A person's row does not open the commitment. */
  | 'subject_differs'
  /** A row of the ledger is not what its leaf says. */
  | 'ledger_differs'
  /** A usage leaf has no row, or a row no leaf. */
  | 'ledger_row_missing'
  | 'ledger_row_unlogged'
  /** A roll-up is not the sum of its rows. */
  | 'rollup_differs'
  /** An override is not what the log says was written. */
  | 'override_differs';

export interface LogProblem {
  readonly kind: LogProblemKind;
  /** Place in the log, where there is one. */
  readonly index: number | null;
  readonly eventId: string | null;
  readonly message: string;
}

/** A row of the log as it is read. */
export interface StoredLeaf {
  readonly index: number;
  readonly body: string;
  readonly hash: Buffer;
}

/** Verifies leaves in the order of their index. */
export class LogVerifier {
  readonly #log: string;
  readonly #report: (problem: LogProblem) => void;
  #tree: MerkleTree = EMPTY_TREE;
  #lastHash: Buffer | undefined;
  #nextIndex = 0;
  #hasRootDiffered = false;

  constructor(log: string, report: (problem: LogProblem) => void) {
    this.#log = log;
    this.#report = report;
  }

  /** The tree over what was read. */
  get tree(): MerkleTree {
    return this.#tree;
  }

  /** Hash of the last leaf read. */
  get lastHash(): Buffer | undefined {
    return this.#lastHash;
  }

  /** Checks the next leaf; resolves to it when its body can be read. */
  add(stored: StoredLeaf): AuditLeaf | undefined {
    if (!this.#checkPlace(stored)) return undefined;
    const hash = hashLeaf(Buffer.from(stored.body, 'utf8'));
    const leaf = this.#read(stored);
    if (!hash.equals(stored.hash)) {
      this.#say('leaf_edited', stored.index, leaf, `leaf ${stored.index} is not what its hash covers`);
    }
    const expected = this.#lastHash?.toString('hex') ?? FIRST_PREV_HASH;
    if (leaf !== undefined && leaf.prevHash !== expected) {
      this.#say('chain_broken', stored.index, leaf, `leaf ${stored.index} does not follow the leaf before it`);
    }
    this.#tree = appendLeafHash(this.#tree, hash);
    this.#lastHash = hash;
    return leaf;
  }

  /** Checks a checkpoint of exactly the size read so far. Only the first that differs is told: all later ones do. */
  checkRoot(checkpoint: Checkpoint): void {
    if (this.#hasRootDiffered || merkleRoot(this.#tree).equals(checkpoint.root)) return;
    this.#hasRootDiffered = true;
    const message = `the first ${checkpoint.size} leaves are not those that were signed`;
    this.#say('root_differs', checkpoint.size - 1, undefined, message);
  }

  #checkPlace(stored: StoredLeaf): boolean {
    const expected = this.#nextIndex;
    if (stored.index < expected) {
      this.#say('leaf_repeated', stored.index, undefined, `place ${stored.index} is taken twice`);
      return false;
    }
    if (stored.index > expected) {
      const range = stored.index - expected === 1 ? `${expected}` : `${expected} to ${stored.index - 1}`;
      this.#say('leaf_missing', expected, undefined, `leaves are missing: ${range}`);
    }
    this.#nextIndex = stored.index + 1;
    return true;
  }

  #read(stored: StoredLeaf): AuditLeaf | undefined {
    const leaf = leafOf(stored.body);
    if (leaf === undefined || leaf.log !== this.#log || leaf.index !== stored.index) {
      this.#say('leaf_malformed', stored.index, leaf, `leaf ${stored.index} is not a leaf of this log at this place`);
      return undefined;
    }
    return leaf;
  }

  #say(kind: LogProblemKind, index: number, leaf: AuditLeaf | undefined, message: string): void {
    this.#report({ kind, index, eventId: leaf?.eventId ?? null, message });
  }
}

// The canonical text is the only one that has the leaf's hash; a body in another form was not written by a sequencer.
function leafOf(body: string): AuditLeaf | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || canonicalText(parsed) !== body) return undefined;
    const leaf = parsed as Partial<AuditLeaf>;
    const isLeaf = leaf.version === LEAF_VERSION && typeof leaf.eventId === 'string' && typeof leaf.detail === 'object';
    return isLeaf && leaf.detail !== null ? (leaf as AuditLeaf) : undefined;
  } catch {
    return undefined;
  }
}
