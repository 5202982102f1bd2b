// The provider's settings and its list of rules, as the control endpoint left them.
import type { ControlCommand, Rule } from './control-schema.ts';

export interface Settings {
  readonly chunksPerSecond: number;
  readonly firstByteDelayMs: number;
  readonly cachedTokens: number;
  readonly liveModels: readonly string[] | null;
  readonly record: boolean;
}

/** What a rule can look at. */
export interface MatchableRequest {
  readonly path: string;
  readonly model: string;
  readonly stream: boolean;
  readonly fields: ReadonlySet<string>;
}

/** Settings and rules. The first rule that matches a request applies to it, alone, and its count goes down by one. */
export class ControlState {
  readonly #defaults: Settings;
  #settings: Settings;
  #rules: { readonly rule: Rule; remaining: number }[] = [];

  constructor(chunksPerSecond: number) {
    this.#defaults = { chunksPerSecond, firstByteDelayMs: 0, cachedTokens: 0, liveModels: null, record: true };
    this.#settings = this.#defaults;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Reset first, then settings, then new rules behind those that are there. */
  apply(command: ControlCommand): void {
    if (command.reset) {
      this.#settings = this.#defaults;
      this.#rules = [];
    }
    // Absent members are absent after parsing too, so that the spread cannot write undefined over a setting.
    this.#settings = { ...this.#settings, ...(command.settings as Partial<Settings> | undefined) };
    const added = (command.rules ?? []).map((rule) => ({ rule, remaining: rule.count ?? Number.POSITIVE_INFINITY }));
    this.#rules = [...this.#rules, ...added];
  }

  /** The rule for this request, which is used up by one; an empty one when none matches. */
  take(request: MatchableRequest): Rule {
    const index = this.#rules.findIndex(({ rule }) => matches(rule, request));
    const found = this.#rules[index];
    if (!found) return {};
    found.remaining -= 1;
    if (found.remaining <= 0) this.#rules.splice(index, 1);
    return found.rule;
  }

  /** For `GET /control`. */
  describe(): { settings: Settings; rules: Rule[] } {
    const rules = this.#rules.map(({ rule, remaining }) =>
      Number.isFinite(remaining) ? { ...rule, count: remaining } : rule,
    );
    return { settings: this.#settings, rules };
  }
}

function matches(rule: Rule, request: MatchableRequest): boolean {
  return (
    (rule.model === undefined || rule.model === request.model) &&
    (rule.path === undefined || rule.path === request.path) &&
    (rule.stream === undefined || rule.stream === request.stream) &&
    (rule.hasField === undefined || request.fields.has(rule.hasField))
  );
}
