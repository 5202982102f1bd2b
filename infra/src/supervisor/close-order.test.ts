// Who ends before whom.
import { describe, expect, it } from 'vitest';
import { inCloseOrder } from './close-order.ts';

describe('the close order', () => {
  it('ends pods first and stores last, whatever order they were opened in', () => {
    const groups = inCloseOrder([
      { group: 'stores', member: 'postgres' },
      { group: 'stores', member: 'redis' },
      { group: 'providers', member: 'identity-provider' },
      { group: 'aggregator', member: 'aggregator' },
      { group: 'policy-server', member: 'policy-server' },
      { group: 'console', member: 'console' },
      { group: 'balancer', member: 'balancer' },
      { group: 'pods', member: 'pod-1' },
      { group: 'pods', member: 'pod-2' },
    ]);

    expect(groups).toEqual([
      ['pod-1', 'pod-2'],
      ['balancer'],
      ['console'],
      ['policy-server'],
      ['aggregator'],
      ['identity-provider'],
      ['postgres', 'redis'],
    ]);
  });
});
