// The routes that write overrides. The scope and the name are in the path, the value is the body.
import { type OverrideScope, RequestRefused } from '@secrouter/proto';
import { changeOverride } from '../use-cases/config/change-config.ts';
import type { AdminHandler, AdminRequest } from './answer-admin.ts';
import { publishResponse } from './publish-response.ts';
import { decodeName, readChangeContext } from './read-change.ts';
import { readJsonBody } from './read-json-body.ts';

interface OverridePlace {
  readonly scope: OverrideScope;
  readonly name: string;
}

const RULE_SCOPES: Readonly<Record<string, OverrideScope>> = { group: 'policy.group', user: 'policy.user' };

/** The rule that a path names. Throws 404 for another scope, 400 for a name that cannot be one. */
export function rulePlace({ url }: Pick<AdminRequest, 'url'>): OverridePlace {
  // From the raw path: a name may hold an encoded slash, and is decoded exactly once.
  const [, segment = '', encoded = ''] = /\/policy\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  const scope = Object.hasOwn(RULE_SCOPES, segment) ? RULE_SCOPES[segment] : undefined;
  if (scope === undefined) throw new RequestRefused('not_found', { reason: 'no_such_scope' });
  return { scope, name: decodeName(encoded, 'name') };
}

/** The tier that a path names; the configuration's own check says which there are. */
export function tierPlace({ url }: Pick<AdminRequest, 'url'>): OverridePlace {
  return { scope: 'tier', name: decodeName(url.pathname.split('/').at(-1) ?? '', 'tier') };
}

/** Writes what the body says at a place. */
export function writeOverride(placeOf: (admin: AdminRequest) => OverridePlace): AdminHandler {
  return async (admin) => {
    const place = placeOf(admin);
    const change = readChangeContext(admin);
    const value = await readJsonBody(admin.request);
    if (value === null)
      throw new RequestRefused('invalid_request', { param: 'value', message: 'Use DELETE to remove it.' });
    return publishResponse(await changeOverride(admin.context, { ...place, value }, change));
  };
}

/** Removes the override at a place, so that the file's value holds again. */
export function removeOverride(placeOf: (admin: AdminRequest) => OverridePlace): AdminHandler {
  return async (admin) => {
    const override = { ...placeOf(admin), value: null };
    return publishResponse(await changeOverride(admin.context, override, readChangeContext(admin)));
  };
}
