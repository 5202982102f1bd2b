// The overrides that the log says were written: the table must be exactly their fold.
import { type AuditLeaf, canonicalText } from '@secrouter/proto';

/** Folds the changes of `admin.action` leaves, in the order of the log. */
export class OverrideFold {
  readonly #values = new Map<string, unknown>();

  /** Applies the changes of a leaf, if it has any. */
  add(leaf: AuditLeaf): void {
    if (leaf.type !== 'admin.action' || !Array.isArray(leaf.detail.changes)) return;
    for (const change of leaf.detail.changes as unknown[]) {
      const { scope, name, after } = change as { scope?: unknown; name?: unknown; after?: unknown };
      if (typeof scope !== 'string' || typeof name !== 'string') continue;
      if (after === null || after === undefined) this.#values.delete(overrideKey(scope, name));
      else this.#values.set(overrideKey(scope, name), after);
    }
  }

  /** Scopes and names of the overrides that are in force and should not be, or the other way round. */
  differences(
    inForce: readonly { readonly scope: string; readonly name: string; readonly value: unknown }[],
  ): string[] {
    const table = new Map(inForce.map(({ scope, name, value }) => [overrideKey(scope, name), value]));
    const keys = new Set([...this.#values.keys(), ...table.keys()]);
    return [...keys].filter(
      (key) => canonicalText(this.#values.get(key) ?? null) !== canonicalText(table.get(key) ?? null),
    );
  }
}

function overrideKey(scope: string, name: string): string {
  return `${scope}/${name}`;
}
