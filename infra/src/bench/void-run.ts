/** A window had failures: nothing of the run may be quoted. */
export class VoidRun extends Error {}
