/** Version that a pod reports to the fleet. */
export const POD_VERSION = '0.1.0';
