// What a counter in Redis counts of one usage event, told from the counter's name: `<pot>|<dimension>|…`.
import { BUDGET_DIMENSIONS, type BudgetDimension, type UsageEvent } from '@secrouter/proto';

const DIMENSION = new RegExp(`\\|(${BUDGET_DIMENSIONS.join('|')})\\|`);

/** The amount that settles this counter; 0 for a counter of running requests, which the lease's end frees. */
export function counterAmount(counterKey: string, event: UsageEvent): number {
  const dimension = DIMENSION.exec(counterKey)?.[1] as BudgetDimension | undefined;
  switch (dimension) {
    case 'requests':
      return 1;
    case 'inputTokens':
      return event.inputTokens;
    case 'outputTokens':
      return event.outputTokens;
    case 'totalTokens':
      return event.inputTokens + event.outputTokens;
    case 'costNanoUsd':
      return event.costNanoUsd;
    case undefined:
      return 0;
  }
}
