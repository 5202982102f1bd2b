// The four tiers, cheapest first. Other packages declare the same literal union; structural typing makes them fit.

/** The tiers in ascending order of capability and price. */
export const TIERS = ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'] as const;

/** A capability tier that a request can be routed to. */
export type Tier = (typeof TIERS)[number];
