// The one line between enough and near a limit.

/** From this share on a limit needs attention, as most budgets' own warning. */
export const NEAR_LIMIT_SHARE = 0.8;
