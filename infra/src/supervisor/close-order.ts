// The order in which the system ends: who still needs somebody ends before that somebody.

/** Groups of components that end together, first to last. The balancer outlives the pods, so that streams can end. */
export const CLOSE_ORDER = [
  'pods',
  'balancer',
  'console',
  'policy-server',
  'aggregator',
  'providers',
  'stores',
] as const;

export type CloseGroup = (typeof CLOSE_ORDER)[number];

/** Sorts components into the groups of the close order; empty groups are left out. */
export function inCloseOrder<Member>(members: readonly { group: CloseGroup; member: Member }[]): readonly Member[][] {
  const groups = CLOSE_ORDER.map((name) => members.filter(({ group }) => group === name).map(({ member }) => member));
  return groups.filter((group) => group.length > 0);
}
