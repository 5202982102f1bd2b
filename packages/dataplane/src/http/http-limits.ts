// Every bound of the listener, by name. The defaults are for production; tests shorten the times.

export interface HttpLimits {
  /** Request line and headers together. */
  readonly maxHeaderBytes: number;
  /** Header lines; Node alone would drop those beyond its own limit in silence. */
  readonly maxHeaders: number;
  /** From a message's first byte (a new connection: from its opening) to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** Idle time between two requests; above the usual balancers' 60 s, so that the balancer closes first. */
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  /** Requests that wait behind the running one on the same connection. */
  readonly maxQueuedPerConnection: number;
  /** How long the rest of a refused upload is read and thrown away, so that the client sees the answer, not a reset. */
  readonly lingerMs: number;
  readonly tlsHandshakeTimeoutMs: number;
  /** How often certificate and key files are compared with what is in use. */
  readonly tlsReloadMs: number;
  /** How often arrival times are judged. */
  readonly timerStepMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  maxHeaderBytes: 16_384,
  maxHeaders: 100,
  headersTimeoutMs: 10_000,
  keepAliveTimeoutMs: 75_000,
  maxConnections: 10_000,
  maxQueuedPerConnection: 16,
  lingerMs: 2_000,
  tlsHandshakeTimeoutMs: 10_000,
  tlsReloadMs: 5_000,
  timerStepMs: 500,
};

export interface BodyLimits {
  readonly maxBytes: number;
  /** Longest silence while a body arrives. */
  readonly idleMs: number;
  readonly minBytesPerSecond: number;
}

export const BODY_LIMITS: BodyLimits = { maxBytes: 33_554_432, idleMs: 30_000, minBytesPerSecond: 8_192 };

/** Request bodies that one pod holds at once. */
export const MAX_BYTES_IN_FLIGHT = 536_870_912;
