// What tools a request offers. Client function tools stay with the client; everything else runs at the provider and is
// egress.
import { type JsonNode, type JsonObject, presentMember, RequestRefused } from '@secrouter/proto';

/** OpenAI's bound is 128; this leaves room for other providers. */
const MAX_TOOLS = 1_024;

/** Objects by which a tool of the client is described; any other makes it a tool of a proxy's provider. */
const DESCRIPTIONS: ReadonlySet<string> = new Set([
  'function',
  'custom',
  'parameters',
  'input_schema',
  'format',
  'cache_control',
]);

/** Types of tools that run at the client. */
const CLIENT_TOOL_TYPES: ReadonlySet<string> = new Set(['function', 'custom']);

/** Fields by which providers are told to search or to call servers themselves; `data_sources` is Azure's. */
export const HOSTED_FIELDS = [
  'web_search_options',
  'web_search',
  'enable_web_search',
  'search_parameters',
  'enable_search',
  'data_sources',
  'plugins',
  'mcp_servers',
] as const;

/** Counts tools (old `functions` too) and finds the first that runs at the provider. */
export function readTools(root: JsonObject): { readonly count: number; readonly hostedToolPath: string | undefined } {
  const tools = listOf(root, 'tools');
  const functions = listOf(root, 'functions');
  if (tools.length > MAX_TOOLS) throw new RequestRefused('invalid_request', { param: 'tools' });
  const hostedIndex = tools.findIndex((tool) => isHosted(tool));
  const hosted = hostedIndex >= 0 ? `tools[${hostedIndex}]` : undefined;
  return { count: tools.length + functions.length, hostedToolPath: hosted ?? hostedField(root) };
}

function hostedField(root: JsonObject): string | undefined {
  return HOSTED_FIELDS.find((name) => {
    const value = presentMember(root, name);
    return value !== undefined && value.kind !== 'false';
  });
}

function isHosted(tool: JsonNode): boolean {
  if (tool.kind !== 'object') throw new RequestRefused('invalid_request', { param: 'tools' });
  const type = presentMember(tool, 'type');
  if (type?.kind !== 'string' || !CLIENT_TOOL_TYPES.has(type.value)) return true;
  return [...tool.members.values()].some(({ name, value }) => value.kind === 'object' && !DESCRIPTIONS.has(name));
}

function listOf(root: JsonObject, name: string): readonly JsonNode[] {
  const list = presentMember(root, name);
  if (list === undefined) return [];
  if (list.kind !== 'array') throw new RequestRefused('invalid_request', { param: name });
  return list.items;
}
