// The package's one door: a pod to start, and its environment for documentation.
export { type PodConfig, podEnvironmentSchema, readPodConfig } from './config.ts';
export { type Pod, startPod } from './pod.ts';
