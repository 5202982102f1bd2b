// Two tables of fields that are accepted with a warning: those of the single-process SecRouter that something else has
// replaced, and those that are read and checked but have no effect yet. `*` stands for any one name or index.
import type { JsonNode } from '../json/json-node.ts';
import { matchesPattern, type PathStep } from './field-path.ts';

/** Fields of older files, with what stands in their place. */
const REPLACED: readonly (readonly [pattern: string, message: string])[] = [
  ['auth', 'credentials are per provider: providers.<name>.auth with type "env" or "file"'],
  ['thinking', 'not in this version: reasoning parameters of the request pass through unchanged'],
  ['experiments', 'not in this version: no split and no escalation takes place'],
  ['scoring', 'another scale: this classifier is tuned under "classifier"'],
  ['tierBoundaries', 'another scale: this classifier\'s boundaries are under "classifier"'],
  ['security.storePath', 'the ledger and the audit log are in PostgreSQL (DATABASE_URL)'],
  ['security.audit.sink', 'the audit log is in PostgreSQL; forwarding is under security.audit.syslog and checkpoints'],
  ['security.mcp', 'not in this version: no MCP server is brokered; it governs nothing else'],
  ['security.policy.default.allowedTools', 'not in this version: it listed tools of MCP servers'],
  ['security.policy.default.deniedTools', 'not in this version: it listed tools of MCP servers'],
  ['security.policy.*.*.allowedTools', 'not in this version: it listed tools of MCP servers'],
  ['security.policy.*.*.deniedTools', 'not in this version: it listed tools of MCP servers'],
  ['models.*.agentic', 'whether a task is agentic is judged per request; agenticTiers names the models for it'],
  ['models.*.classification', 'a note: what a destination is cleared for is in its egress rule'],
];

/** What replaces an old field; undefined for a field that never was one. */
export function replacementOf(steps: readonly PathStep[]): string | undefined {
  return REPLACED.find(([pattern]) => matchesPattern(pattern, steps))?.[1];
}

interface FieldWithoutEffect {
  readonly pattern: string;
  readonly message: string;
  /** Only for some values; any value otherwise. */
  readonly when?: (node: JsonNode) => boolean;
}

const isText = (value: string) => (node: JsonNode) => node.kind === 'string' && node.value === value;

/** Read and checked, but nothing acts on them yet. A row goes when its field takes effect. */
export const FIELDS_WITHOUT_EFFECT: readonly FieldWithoutEffect[] = [
  {
    pattern: 'providers.*.api',
    message: 'reached at its OpenAI-compatible endpoint with a bearer key; SigV4 has no effect yet',
    when: isText('bedrock'),
  },
  {
    pattern: 'providers.*.api',
    message: 'reached at its OpenAI-compatible endpoint with a bearer key; translation has no effect yet',
    when: isText('anthropic'),
  },
  { pattern: 'providers.*.native', message: 'no effect yet: only chat completions and embeddings are served' },
  { pattern: 'providers.*.proxy', message: 'no effect yet: providers are connected to directly' },
  { pattern: 'providers.*.maxConcurrent', message: "no effect yet: a provider's own limit is answered by its 429" },
  { pattern: 'providers.*.rpm', message: "no effect yet: a provider's own rate limit is answered by its 429" },
  { pattern: 'providers.*.tpm', message: "no effect yet: a provider's own rate limit is answered by its 429" },
  {
    pattern: 'security.audit.syslog',
    message: 'no effect yet: the trail is not forwarded; read it from the admin API',
  },
  { pattern: 'security.audit.retentionDays', message: 'no effect yet: nothing is pruned from the trail' },
  {
    pattern: 'security.audit.checkpoints',
    message: 'no effect yet: checkpoints go to the file of SECROUTER_CHECKPOINT_FILE',
  },
  {
    pattern: 'security.resilience.budgetStance',
    message: 'no effect yet: a budget that cannot be checked is always refused',
    when: isText('grace'),
  },
];

/** What to say of a field that is accepted but has no effect yet. */
export function withoutEffect(steps: readonly PathStep[], node: JsonNode): string | undefined {
  const row = FIELDS_WITHOUT_EFFECT.find(
    (field) => matchesPattern(field.pattern, steps) && (field.when === undefined || field.when(node)),
  );
  return row?.message;
}
