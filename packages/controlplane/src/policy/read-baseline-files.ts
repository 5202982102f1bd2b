// Reads the file-managed layer from the disk, strictly as UTF-8 and bounded. What the texts mean is judged later.
import { open } from 'node:fs/promises';
import type { ConfigProblem } from '@secrouter/proto';
import type { BaselineFiles } from './config-state.ts';

/** A configuration file is at most this large; a snapshot of it must stay below 64 MiB. */
export const MAX_CONFIG_FILE_BYTES = 16 * 1024 * 1024;

export type BaselineReading =
  | { readonly outcome: 'read'; readonly files: BaselineFiles }
  | { readonly outcome: 'invalid'; readonly problems: readonly ConfigProblem[] };

/** Where the file-managed layer lies. */
export interface BaselineLocation {
  readonly configFile: string;
  readonly egressFile?: string;
  readonly listenersOnLoopback: boolean;
}

/** Reads the configuration file and, where one is named, the egress file. */
export async function readBaselineFiles(location: BaselineLocation): Promise<BaselineReading> {
  const { configFile, egressFile, listenersOnLoopback } = location;
  const config = await readText('SECROUTER_CONFIG', configFile);
  const egress = egressFile === undefined ? undefined : await readText('SECROUTER_EGRESS_FILE', egressFile);
  const problems = [config, egress].filter((text) => typeof text === 'object');
  if (problems.length > 0 || typeof config !== 'string') return { outcome: 'invalid', problems };
  return { outcome: 'read', files: { config, ...(typeof egress === 'string' ? { egress } : {}), listenersOnLoopback } };
}

async function readText(path: string, file: string): Promise<string | ConfigProblem> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_CONFIG_FILE_BYTES) return { path, message: `the file is above ${MAX_CONFIG_FILE_BYTES} bytes` };
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
      // PostgreSQL keeps the text as it is, and cannot keep a NUL.
      return text.includes('\0') ? { path, message: 'the file is not UTF-8 text' } : text;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const why = error instanceof TypeError ? 'it is not UTF-8 text' : String(error);
    return { path, message: `the file cannot be read: ${why}` };
  }
}
