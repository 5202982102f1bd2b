// The tiers, cheapest first. Their order is the order of `maxTier` and of a downgrade.

/** All tiers, from the cheapest to the most capable. */
export const TIERS = ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'] as const;

/** A capability tier that `auto` requests are classified into. */
export type Tier = (typeof TIERS)[number];

/** What a usage row says of its tier: a tier, a model the caller named, or an endpoint without tiers. */
export type RoutedTier = Tier | 'EXPLICIT' | 'NONE';

/** Position of a tier in the order; higher is more capable. */
export function tierRank(tier: Tier): number {
  return TIERS.indexOf(tier);
}

/** True when `value` is one of the tier names, exactly as written. */
export function isTier(value: unknown): value is Tier {
  return typeof value === 'string' && (TIERS as readonly string[]).includes(value);
}
