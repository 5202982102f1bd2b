import type { Viewer } from '../viewer.ts';
import type { FleetPod } from './fleet-pod.ts';
export async function readFleetPods(_viewer: Viewer): Promise<readonly FleetPod[]> {
  return [];
}
