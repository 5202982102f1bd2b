// Random bytes a block at a time: a system call costs more than the bytes of a hundred requests.
import { randomFillSync } from 'node:crypto';

const BLOCK_BYTES = 4_096;

/** A source of random bytes that nobody sees twice. At most `BLOCK_BYTES` at once. */
export function randomPool(): (count: number) => Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  let used = BLOCK_BYTES;
  return (count) => {
    if (used + count > BLOCK_BYTES) {
      randomFillSync(block);
      used = 0;
    }
    used += count;
    return block.slice(used - count, used);
  };
}
