// The fleet for a page.
import { readFleet } from '../../use-cases/config/read-fleet.ts';
import type { Viewer } from '../viewer.ts';
import { type FleetPod, toFleetPod } from './fleet-pod.ts';

/** All pods that are not forgotten yet, by name. */
export async function readFleetPods({ context, published }: Viewer): Promise<readonly FleetPod[]> {
  const { pods } = await readFleet(context, published);
  return pods.map(toFleetPod);
}
