// Randomness with a seed, so that what a fuzzer found is found again: one number names a whole run, another one case.

/** A stream of choices. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `bound` (mulberry32). */
  int(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }

  chance(percent: number): boolean {
    return this.int(100) < percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.int(items.length)] as Item;
  }

  /** `count` results of `make`, joined by nothing. */
  text(count: number, make: () => string): string {
    let text = '';
    for (let at = 0; at < count; at += 1) text += make();
    return text;
  }

  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let at = shuffled.length - 1; at > 0; at -= 1) {
      const other = this.int(at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other] as Item, shuffled[at] as Item];
    }
    return shuffled;
  }
}

/** The generator of one case: the run's seed and the case's number decide everything. */
export function caseRandom(seed: number, index: number): Random {
  return new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
}

/** How many cases a fuzzer runs: SECROUTER_FUZZ_RUNS, or the small number that fits the suite. */
export function fuzzRuns(small: number): number {
  const stated = Number(process.env.SECROUTER_FUZZ_RUNS ?? '');
  return Number.isSafeInteger(stated) && stated > 0 ? stated : small;
}

/** The run's seed: SECROUTER_FUZZ_SEED, or always the same. */
export function fuzzSeed(): number {
  const stated = Number(process.env.SECROUTER_FUZZ_SEED ?? '');
  return Number.isSafeInteger(stated) && stated > 0 ? stated : 20_260_101;
}
