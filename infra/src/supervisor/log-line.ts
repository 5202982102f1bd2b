// What the terminal shows of a child's log: warnings and errors, one short line each.

// pino's numbers: 40 warn, 50 error, 60 fatal.
const WARN_LEVEL = 40;
const MAX_SHOWN_LENGTH = 400;

/** The text to show for a line, or undefined for one that belongs into the file only. */
export function notableText(line: string): string | undefined {
  const entry = parseEntry(line);
  if (entry === undefined) return isNotable(line) ? shorten(line) : undefined;
  if (typeof entry.level !== 'number' || entry.level < WARN_LEVEL) return undefined;
  const { level, time: _time, pid: _pid, hostname: _hostname, name: _name, process: _process, msg, ...fields } = entry;
  const details = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  return shorten(`${level > WARN_LEVEL ? 'error' : 'warning'}: ${String(msg)}${details}`);
}

// Node's own hint after a deprecation is for developers of the dependency, not for the reader.
function isNotable(line: string): boolean {
  return /\b(?:warn(?:ing)?|\w*error|fatal|panic)\b/i.test(line) && !line.startsWith('(Use `node');
}

/** The fixed message of a JSON line. */
export function messageOf(line: string): string | undefined {
  const message = parseEntry(line)?.msg;
  return typeof message === 'string' ? message : undefined;
}

function parseEntry(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}
