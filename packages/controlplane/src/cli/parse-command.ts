// The words of a host command, parsed strictly: an emergency is no time to guess what was meant.
import { parseArgs } from 'node:util';
import { MAX_GRANT_HOURS } from '../policy/admin-grants.ts';

export type HostCommand =
  | { readonly name: 'rollback'; readonly revision: number; readonly reason: string }
  | { readonly name: 'grant-admin'; readonly principal: string; readonly until: Date; readonly reason: string }
  | { readonly name: 'raise-epoch'; readonly above: number; readonly reason: string };

export const USAGE = `usage:
  controlplane rollback <revision> [--reason <text>]
  controlplane grant-admin <sub> --until <ISO 8601 time, at most ${MAX_GRANT_HOURS} hours ahead> [--reason <text>]
  controlplane raise-epoch [--above <revision>] [--reason <text>]`;

/** Parses the words, or says what is wrong. */
export function parseCommand(words: readonly string[], now: Date): HostCommand | string {
  let parsed: ReturnType<typeof parseWords>;
  try {
    parsed = parseWords(words);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const [name, subject, ...rest] = parsed.positionals;
  if (rest.length > 0) return `unexpected: ${rest.join(' ')}`;
  const { reason = 'a command on the host', until, above } = parsed.values;
  if (reason.length > MAX_REASON) return `--reason is longer than ${MAX_REASON} characters`;
  if (name === 'rollback') return rollback(subject, reason);
  if (name === 'grant-admin') return grant(subject, until, reason, now);
  if (name === 'raise-epoch') return raise(subject, above, reason);
  return name === undefined ? 'no command' : `unknown command: ${name}`;
}

const MAX_REASON = 500;
const REVISION = /^[1-9]\d{0,14}$/;
const MS_PER_HOUR = 3_600_000;

function parseWords(words: readonly string[]) {
  const text = { type: 'string' } as const;
  return parseArgs({ args: [...words], allowPositionals: true, options: { reason: text, until: text, above: text } });
}

function rollback(subject: string | undefined, reason: string): HostCommand | string {
  if (subject === undefined || !REVISION.test(subject)) return 'rollback needs a revision';
  return { name: 'rollback', revision: Number(subject), reason };
}

function grant(
  principal: string | undefined,
  until: string | undefined,
  reason: string,
  now: Date,
): HostCommand | string {
  if (principal === undefined || principal === '') return 'grant-admin needs the subject of a principal';
  const end = new Date(until ?? Number.NaN);
  const aheadMs = end.getTime() - now.getTime();
  if (!(aheadMs > 0 && aheadMs <= MAX_GRANT_HOURS * MS_PER_HOUR))
    return `grant-admin needs --until with a time in the next ${MAX_GRANT_HOURS} hours`;
  return { name: 'grant-admin', principal, until: end, reason };
}

function raise(subject: string | undefined, above: string | undefined, reason: string): HostCommand | string {
  if (subject !== undefined) return `unexpected: ${subject}`;
  if (above !== undefined && !REVISION.test(above)) return '--above needs a revision';
  return { name: 'raise-epoch', above: Number(above ?? 0), reason };
}
