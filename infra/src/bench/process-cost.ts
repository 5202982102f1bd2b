// What a process costs, as the kernel counts it: processor time and resident memory. Linux only; elsewhere unknown.
import { readFileSync } from 'node:fs';

/** USER_HZ: the unit of /proc/<pid>/stat on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_KIB = 1_024;
const SAMPLE_MS = 200;

/** Processor time of all threads so far, in milliseconds. */
export function cpuMsOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name in parentheses may contain anything; utime and stime are the 12th and 13th field after it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}

/** Resident memory in bytes. */
export function residentBytesOf(pid: number): number | undefined {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '');
  return match === null ? undefined : Number(match[1]) * BYTES_PER_KIB;
}

/** Watches a process' resident memory; `stop` tells the most that was seen. */
export function watchResidentBytes(pid: number): { readonly stop: () => number | undefined } {
  let peak = residentBytesOf(pid);
  const look = () => {
    const now = residentBytesOf(pid);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
  };
  const timer = setInterval(look, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
