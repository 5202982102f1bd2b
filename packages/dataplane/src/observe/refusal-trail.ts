// What the trail learns of refusals, first uses of tokens and downgrades. Reasons only go here, never to the client.
import {
  AUDIT_EVENT_VERSION,
  type AuditEvent,
  type AuditType,
  type RefusalCode,
  type RequestRefused,
  uuidV7,
} from '@secrouter/proto';
import type { EventStream } from '../events/event-stream.ts';
import { type CompiledCidrs, compileCidrs, isInside } from '../http/client-address.ts';
import type { Grant } from '../request/grant.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { Route } from '../stages/choose-route.ts';

/** Refusals before a principal is known: singly this many a minute per source and code, then one counted leaf. */
export const SINGLE_LEAVES_PER_MINUTE = 20;
/** Sources whose counts are kept; above it the rest share one. */
const MAX_SOURCES = 10_000;
/** All of that lane together, so that no crowd of sources fills the spool of admitted requests. */
export const LANE_LEAVES_PER_MINUTE = 2_000;
const MINUTE_MS = 60_000;
const MAX_SEEN_TOKENS = 50_000;

const TYPES: Readonly<Partial<Record<RefusalCode, AuditType>>> = {
  missing_token: 'auth.failure',
  invalid_token: 'auth.failure',
  token_expired: 'auth.failure',
  mfa_required: 'auth.failure',
  acr_insufficient: 'auth.failure',
  auth_too_old: 'auth.failure',
  too_many_failures: 'auth.failure',
  insufficient_scope: 'authz.deny',
  groups_overage: 'authz.deny',
  revoked: 'authz.deny',
  not_authorized: 'authz.deny',
  admin_required: 'authz.deny',
  model_not_allowed: 'authz.deny',
  model_not_priced: 'authz.deny',
  tier_not_allowed: 'authz.deny',
  classification_not_cleared: 'egress.deny',
  tool_not_allowed: 'egress.deny',
  egress_denied: 'egress.deny',
  budget_exceeded: 'quota.exceeded',
  request_exceeds_budget: 'quota.exceeded',
  rate_limit_exceeded: 'quota.exceeded',
  concurrency_exceeded: 'quota.exceeded',
};

interface Lane {
  readonly source: string | null;
  readonly code: RefusalCode;
  count: number;
  leaves: number;
}

export interface TrailOptions {
  readonly cell: string;
  readonly podId: string;
  readonly events: EventStream;
  /** Hears the number of each refusal's leaf, so that readers can wait for it. */
  readonly notePosition: (sequence: number) => void;
  readonly nowMs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** The trail of one pod. */
export class RefusalTrail {
  readonly #options: TrailOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #seenTokens = new Set<string>();
  readonly #labelers = new WeakMap<readonly string[], CompiledCidrs>();
  #laneLeaves = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(options: TrailOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.flush(), MINUTE_MS);
    this.#timer.unref();
  }

  /** Records a refusal where its code belongs in the trail. */
  refuse(refused: RequestRefused, context: TrailContext, grant: Grant | undefined, route: Route | undefined): void {
    const type = TYPES[refused.code];
    if (type === undefined) return;
    if (grant === undefined) {
      this.#refuseUnknown(type, refused, context);
      return;
    }
    const detail = { reason: refused.details.reason ?? refused.code, code: refused.code };
    this.#options.notePosition(this.#emit(type, refused.code, context, grant, route, detail));
  }

  /** Records the first use of a token on this pod, and attempts to lower the data class. */
  noteIdentity(context: RequestContext, grant: Grant): void {
    if (grant.ignoredLabel)
      this.#emit('egress.deny', 'label_ignored', context, grant, undefined, {
        reason: 'label_lowers_class',
        dataClass: grant.dataClass,
      });
    const { identity } = grant;
    const key = `${identity.principal} ${identity.tokenId ?? identity.expiresAtSeconds}`;
    if (this.#seenTokens.has(key)) return;
    const [oldest] = this.#seenTokens;
    if (this.#seenTokens.size >= MAX_SEEN_TOKENS && oldest !== undefined) this.#seenTokens.delete(oldest);
    this.#seenTokens.add(key);
    this.#emit('auth.success', 'ok', context, grant, undefined, {
      service: identity.isService,
      issuer: identity.issuer.slice(0, 255),
    });
  }

  noteDowngrade(context: RequestContext, grant: Grant, route: Route): void {
    this.#emit('authz.downgrade', 'downgraded', context, grant, route, {
      asked: route.downgradedFrom ?? '',
      given: route.tier,
    });
  }

  /** An event of the pod itself. */
  notePod(type: AuditType, outcome: string, detail: AuditEvent['detail'], revision: number | null): void {
    this.#options.events.appendAudit(this.#event(type, outcome, NO_REQUEST, undefined, undefined, detail, revision));
  }

  /** True when the peer may lower a label. */
  isTrustedLabeler(context: RequestContext): boolean {
    const cidrs = context.policy.config.security.classification.trustedLabelers;
    if (cidrs.length === 0 || context.sourceIp === null) return false;
    const compiled =
      this.#labelers.get(cidrs) ?? compileCidrs(cidrs.filter((entry) => /^[0-9a-f.:]+(\/\d+)?$/i.test(entry)));
    this.#labelers.set(cidrs, compiled);
    return isInside(compiled, context.sourceIp);
  }

  /** Writes the counted leaves of the minute and begins the next one. */
  flush(): void {
    for (const lane of this.#lanes.values()) {
      const type = TYPES[lane.code];
      if (lane.count <= lane.leaves || type === undefined) continue;
      const counted = { ...NO_REQUEST, sourceIp: lane.source };
      this.#options.events.appendAudit(
        this.#event(
          type,
          lane.code,
          counted,
          undefined,
          undefined,
          { reason: 'counted', count: lane.count - lane.leaves },
          null,
        ),
      );
    }
    this.#lanes.clear();
    this.#laneLeaves = 0;
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #refuseUnknown(type: AuditType, refused: RequestRefused, context: TrailContext): void {
    const source = this.#lanes.size >= MAX_SOURCES ? null : context.sourceIp;
    const key = `${source} ${refused.code}`;
    const lane = this.#lanes.get(key) ?? { source, code: refused.code, count: 0, leaves: 0 };
    this.#lanes.set(key, lane);
    lane.count += 1;
    if (lane.leaves >= SINGLE_LEAVES_PER_MINUTE || this.#laneLeaves >= LANE_LEAVES_PER_MINUTE) return;
    lane.leaves += 1;
    this.#laneLeaves += 1;
    const detail = { reason: refused.details.reason ?? refused.code, code: refused.code };
    const event = this.#event(type, refused.code, context, undefined, undefined, detail, null);
    this.#options.notePosition(this.#options.events.appendAudit(event));
  }

  #emit(
    type: AuditType,
    outcome: string,
    context: TrailContext,
    grant: Grant,
    route: Route | undefined,
    detail: AuditEvent['detail'],
  ): number {
    const revision = context.policy?.snapshot.revision ?? null;
    return this.#options.events.appendAudit(this.#event(type, outcome, context, grant, route, detail, revision));
  }

  #event(
    type: AuditType,
    outcome: string,
    context: TrailContext,
    grant: Grant | undefined,
    route: Route | undefined,
    detail: AuditEvent['detail'],
    revision: number | null,
  ): AuditEvent {
    const { cell, podId, events, nowMs, randomBytes } = this.#options;
    const now = nowMs();
    return {
      version: AUDIT_EVENT_VERSION,
      eventId: uuidV7(now, randomBytes(10)),
      time: new Date(now).toISOString(),
      type,
      cell,
      podId,
      podStream: events.podStream,
      principal: grant?.identity.principal ?? null,
      actor: grant?.identity.actor ?? null,
      sourceIp: context.sourceIp,
      requestId: context.requestId,
      traceId: context.traceId,
      model: route?.candidates[0].id ?? null,
      tier: route?.tier ?? null,
      outcome,
      revision,
      detail,
    };
  }
}

/** What the trail needs of a request; also of one that was refused before there was a policy. */
export interface TrailContext {
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly sourceIp: string | null;
  readonly policy?: RequestContext['policy'];
}

const NO_REQUEST: TrailContext = { requestId: null, traceId: null, sourceIp: null };
