// The named bounds of every strict JSON reading. They are counted while reading, before the structure grows.

/** What one document may hold; a reading stops at the first bound it meets. */
export interface JsonLimits {
  /** Nested containers; the root container is depth 1. At most `hardMaxJsonDepth`. */
  readonly maxDepth: number;
  /** Members of one object. */
  readonly maxMembers?: number;
  /** Items of one array. */
  readonly maxItems?: number;
  /** Values in the whole document. */
  readonly maxNodes?: number;
}

/** The reader recurses once per level, so no caller may ask for more than the stack surely holds. */
export const hardMaxJsonDepth = 512;

/**
 * The bounds of a request body. OpenAI's largest embeddings request is 300,000 token numbers in 2,048 arrays;
 * half a million numbers take 80 ms to read (measured), in a worker thread above 1 MiB; long text reads at 100 MB/s up.
 */
export const requestJsonLimits = {
  maxDepth: 64,
  maxMembers: 10_000,
  maxItems: 400_000,
  maxNodes: 500_000,
} as const satisfies JsonLimits;

/** Characters of one number. Nobody means a longer one, and turning megabytes of digits into a number takes its time. */
export const maxNumberLength = 1_024;
