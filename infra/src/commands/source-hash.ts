// A fingerprint of files and folders: what a build was made from.
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 over the names and contents of all files matching the patterns, tests left out. */
export function sourceHash(root: string, patterns: readonly string[]): string {
  const files = globSync([...patterns], { cwd: root })
    .filter((file) => !file.endsWith('.test.ts') && statSync(join(root, file)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(`${file}\n`).update(
      createHash('sha256')
        .update(readFileSync(join(root, file)))
        .digest(),
    );
  return hash.digest('hex');
}
