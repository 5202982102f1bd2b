// What is known of a running request besides its context; filled stage by stage.
import type { Route } from '../stages/choose-route.ts';
import type { Exchange } from '../stages/forward.ts';
import type { Usage } from '../stages/meter.ts';
import type { Grant } from './grant.ts';

/** What a request came to, told to whoever answers refusals, logs and counts. */
export interface RequestFacts {
  grant?: Grant;
  route?: Route;
  exchange?: Exchange;
  usage?: Usage;
  giveSlotBack?: () => void;
}
