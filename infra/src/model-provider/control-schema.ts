// What `POST /control` accepts. README.md beside this file explains it with examples.
import { z } from 'zod';

const MAX_DELAY_MS = 3_600_000;
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const MAX_REPEAT = 1_000_000;
const MAX_ANSWER_CHARACTERS = 64 * 1024 * 1024;
const delayMs = z.int().min(0).max(MAX_DELAY_MS);
const chunkIndex = z.int().min(0);

const settingsSchema = z.strictObject({
  /** 0 = as fast as the reader takes them. */
  chunksPerSecond: z.number().min(0).max(100_000).optional(),
  firstByteDelayMs: delayMs.optional(),
  /** Part of the prompt tokens that is reported as read from the provider's cache. */
  cachedTokens: z.int().min(0).optional(),
  /** Ids that are live; the others vanish from `/v1/models` and answer 404. null = all. */
  liveModels: z.array(z.string()).nullable().optional(),
  /** false: keep no request, for measurements. */
  record: z.boolean().optional(),
});

const ruleFields = z.strictObject({
  // Which requests, and how many of them. Absent = any; absent count = until reset.
  count: z.int().min(1).optional(),
  model: z.string().optional(),
  path: z.string().optional(),
  stream: z.boolean().optional(),
  hasField: z.string().optional(),

  // Instead of an answer.
  status: z.int().min(200).max(599).optional(),
  body: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
  retryAfterSec: z.number().min(0).optional(),
  redirectTo: z.string().optional(),
  disconnect: z.enum(['rst', 'fin']).optional(),

  // Before, and around, an answer.
  hangMs: z.union([delayMs, z.literal('forever')]).optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),

  // What the answer says.
  answer: z.string().optional(),
  repeat: z.int().min(1).max(MAX_REPEAT).optional(),
  finishReason: z.string().optional(),
  usage: z.record(z.string(), z.json()).nullable().optional(),
  omitUsage: z.boolean().optional(),
  cachedTokens: z.int().min(0).optional(),

  // How a stream is written.
  omitDone: z.boolean().optional(),
  malformed: z.strictObject({ afterChunks: chunkIndex }).optional(),
  errorEvent: z.strictObject({ afterChunks: chunkIndex, error: z.record(z.string(), z.json()).optional() }).optional(),
  hugeLine: z.strictObject({ afterChunks: chunkIndex, bytes: z.int().min(1).max(MAX_LINE_BYTES) }).optional(),
  lineEnding: z.enum(['lf', 'crlf', 'cr']).optional(),
  byteOrderMark: z.boolean().optional(),
  comments: z.boolean().optional(),
  eventFields: z.boolean().optional(),
  dataWithoutSpace: z.boolean().optional(),
  multiLineData: z.boolean().optional(),

  // How its bytes travel; these hold for answers that are not streamed too.
  splitBytes: z.int().min(1).optional(),
  drip: z.strictObject({ bytes: z.int().min(1), intervalMs: delayMs }).optional(),
  stall: z.strictObject({ afterChunks: chunkIndex, forMs: z.union([delayMs, z.literal('forever')]) }).optional(),
  cut: z.strictObject({ afterChunks: chunkIndex, how: z.enum(['rst', 'fin', 'short-length', 'bad-chunk']) }).optional(),
});

const ruleSchema = ruleFields.refine(({ answer = '', repeat = 1 }) => answer.length * repeat <= MAX_ANSWER_CHARACTERS, {
  path: ['repeat'],
  message: `answer times repeat is at most ${MAX_ANSWER_CHARACTERS} characters`,
});

const commandSchema = z.strictObject({
  reset: z.literal(true).optional(),
  settings: settingsSchema.optional(),
  rules: z.array(ruleSchema).max(1_000).optional(),
});

/** One rule: which requests it matches, and everything that it does to them. */
export type Rule = z.infer<typeof ruleSchema>;
export type ControlCommand = z.infer<typeof commandSchema>;
export type SettingsChange = z.infer<typeof settingsSchema>;

/** The command, or every problem of it with its path. */
export function parseControlCommand(
  body: unknown,
): { readonly command: ControlCommand } | { readonly problems: readonly string[] } {
  const parsed = commandSchema.safeParse(body);
  if (parsed.success) return { command: parsed.data };
  return { problems: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`) };
}
