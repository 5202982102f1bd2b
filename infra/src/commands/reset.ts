// `npm run reset`: removes everything the quick start keeps.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { homeFolder } from '../project.ts';
import { removeOutOfTreeData } from '../stores/postgres-files.ts';
import { isOurHome, runningProcess } from '../supervisor/system-home.ts';

export async function main(): Promise<number> {
  const home = homeFolder(process.env);
  const owner = runningProcess(home);
  if (owner !== undefined) return refuse(`SecRouter runs in ${home} (process ${owner}); stop it first`);
  if (existsSync(home) && !isOurHome(home)) return refuse(`${home} was not made by SecRouter; nothing was removed`);

  removeOutOfTreeData(join(home, 'postgres'));
  rmSync(home, { recursive: true, force: true });
  process.stderr.write(`removed ${home}\n`);
  return 0;
}

function refuse(line: string): number {
  process.stderr.write(`${line}\n`);
  return 1;
}
