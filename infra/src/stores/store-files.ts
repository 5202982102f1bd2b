// Small pieces both stores need: a secret kept in a file, and what is known about a process.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The secret in the file, made of `bytes` random bytes (base64url) when the file does not exist. */
export function readSecret(file: string, bytes: number): string {
  try {
    writeFileSync(file, randomBytes(bytes).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The command line of a process; undefined when there is no such process or nothing can be known about it. */
export function commandLineOf(pid: number): string | undefined {
  try {
    // Small images have no ps; Linux needs none.
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { stdio: 'pipe' }).toString();
  } catch {
    return undefined;
  }
}

/** A fresh folder for a store that is thrown away afterwards. */
export function temporaryStoreFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `secrouter-${name}-`));
}
