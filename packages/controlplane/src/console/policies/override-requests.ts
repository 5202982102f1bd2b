// The editor's calls of the admin API.
import type { OverrideScope } from '@secrouter/proto';
import type { ChangePreview } from '../../use-cases/config/preview-change.ts';
import { type AdminAnswer, adminFetch } from '../admin-fetch.ts';
import type { RuleValue } from './rule-value.ts';

/** What is edited, and the revision it was read at: a newer one means that somebody else was faster. */
export interface OverrideTarget {
  readonly scope: Exclude<OverrideScope, 'tier'>;
  readonly name: string;
  /** The rule's place in the configuration, as problems name it. */
  readonly rulePath: string;
  readonly revision: number;
  readonly csrfToken: string;
}

/** Judges a change without writing it. */
export function previewChange(target: OverrideTarget, value: RuleValue | null): Promise<AdminAnswer<ChangePreview>> {
  return adminFetch('/api/preview', {
    method: 'POST',
    csrfToken: target.csrfToken,
    body: { scope: target.scope, name: target.name, value },
  });
}

/** Writes an override, or removes it with null. */
export function saveChange(
  target: OverrideTarget,
  value: RuleValue | null,
  reason: string,
): Promise<AdminAnswer<{ readonly revision: number }>> {
  const path = `/api/${target.scope.replace('.', '/')}/${encodeURIComponent(target.name)}`;
  return adminFetch(path, {
    method: value === null ? 'DELETE' : 'PUT',
    csrfToken: target.csrfToken,
    headers: { 'if-match': String(target.revision), 'x-change-reason': encodeURIComponent(reason) },
    ...(value === null ? {} : { body: value }),
  });
}

/** Publishes the overrides of an old revision again. */
export function rollBack(
  revision: number,
  csrfToken: string,
  reason: string,
): Promise<AdminAnswer<{ readonly revision: number }>> {
  return adminFetch(`/api/revisions/${revision}/rollback`, {
    method: 'POST',
    csrfToken,
    headers: { 'x-change-reason': encodeURIComponent(reason) },
    body: {},
  });
}
