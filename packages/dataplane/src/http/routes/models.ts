// GET /v1/models and /v1/models/{id}: what this caller may use, `auto` and its machine forms first.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { judgeModel, judgeTier, type ModelConfig, RequestRefused, resolveModel, type Tier } from '@secrouter/proto';
import type { CompiledPolicy } from '../../policy/compile-snapshot.ts';
import type { Grant } from '../../request/grant.ts';
import type { PodServices } from '../../request/pod-services.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { authenticate } from '../../stages/authenticate.ts';
import { authorize } from '../../stages/authorize.ts';
import { permitEgress } from '../../upstream/egress-permit.ts';
import { sendJson } from '../send-json.ts';

interface ModelRow {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

/** Lists the models that the caller may use. */
export async function listModels(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  services: PodServices,
): Promise<Grant> {
  const grant = await grantOf(request, context, services);
  sendJson(response, 200, { object: 'list', data: rowsFor(grant, context.policy) });
  return grant;
}

/** Shows one model, or 404. `id` may be an alias or a unique bare name. */
export async function showModel(
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  services: PodServices,
): Promise<Grant> {
  const grant = await grantOf(request, context, services);
  const resolved = resolveModel(context.policy.models, id);
  const wanted = resolved.outcome === 'found' ? resolved.id : id;
  const row = rowsFor(grant, context.policy).find((model) => model.id === wanted);
  if (row === undefined) throw new RequestRefused('model_not_found', { param: 'model', reason: 'not_listed' });
  sendJson(response, 200, row);
  return grant;
}

async function grantOf(request: IncomingMessage, context: RequestContext, services: PodServices): Promise<Grant> {
  const identity = await authenticate(request, context.policy, services.authenticator, context.sourceIp);
  return authorize(identity, context.policy, request, services.trail.isTrustedLabeler(context));
}

function rowsFor(grant: Grant, policy: CompiledPolicy): readonly ModelRow[] {
  const created = Math.floor(Date.parse(policy.snapshot.createdAt) / 1_000);
  const row = (id: string, owner: string): ModelRow => ({ id, object: 'model', created, owned_by: owner });
  const usable = policy.config.models.filter((model) => isUsable(model, grant, policy));
  const tiers = (['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'] as const satisfies readonly Tier[]).filter(
    (tier) => judgeTier(grant.policy, tier).outcome === 'allowed',
  );
  const autos = tiers.length === 0 ? [] : ['auto', ...tiers.map((tier) => `auto:${tier.toLowerCase()}`)];
  return [...autos.map((id) => row(id, 'secrouter')), ...usable.map(({ id, provider }) => row(id, provider))];
}

function isUsable(model: ModelConfig, grant: Grant, policy: CompiledPolicy): boolean {
  if (judgeModel(grant.policy, model.id, model.price !== undefined).outcome === 'denied') return false;
  const endpoints = policy.config.providers[model.provider]?.baseUrls ?? [];
  const reach = { hostedTools: false, remoteContent: false };
  return endpoints.some((endpoint) => permitEgress(grant, policy, model, endpoint, reach).outcome === 'permitted');
}
