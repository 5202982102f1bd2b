// Reads a log file as it grows and hands over its lines. The children write to files, which never make them wait for us.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

const POLL_MS = 150;
const CHUNK_BYTES = 64 * 1024;
const MAX_LOG_BYTES = 64 * 1024 * 1024;

export interface LogFollower {
  /** Hears every line from now on; returns how to stop hearing. */
  onLine(listener: (line: string) => void): () => void;
  /** Reads what is there now and stops. */
  close(): void;
}

/** Follows a log from its beginning; the log of the last run is kept beside it as `<name>.1`. */
export function followLog(file: string): LogFollower {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  rotate(file);
  const descriptor = openSync(file, 'a+', 0o600);
  const listeners = new Set<(line: string) => void>();
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let offset = 0;
  let rest = '';

  const read = () => {
    for (;;) {
      const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, offset);
      if (length === 0) break;
      offset += length;
      const lines = (rest + chunk.toString('utf8', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) for (const listener of [...listeners]) listener(line);
    }
    // The writers append, so the file can be emptied under them; a development run does not need more.
    if (fstatSync(descriptor).size <= MAX_LOG_BYTES) return;
    truncateSync(file);
    offset = 0;
  };
  const timer = setInterval(read, POLL_MS);
  return {
    onLine: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      clearInterval(timer);
      read();
      closeSync(descriptor);
    },
  };
}

function rotate(file: string): void {
  rmSync(`${file}.1`, { force: true });
  try {
    renameSync(file, `${file}.1`);
  } catch {
    // The first run has nothing to keep.
  }
}
