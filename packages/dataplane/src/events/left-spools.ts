// What earlier starts of this pod left in the spool folder.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The records that one earlier start left, over all of its files in order. */
export interface LeftSpool {
  readonly podStream: string;
  readonly lines: readonly string[];
  readonly remove: () => Promise<void>;
}

const FILE_NAME = /^(?<podStream>[0-9a-f-]{36})\.(?<number>\d+)\.spool$/;

/** Name of a stream's file; the number keeps the order. */
export function spoolFileName(podStream: string, number: number): string {
  return `${podStream}.${number}.spool`;
}

/** Reads the spools of other starts. A torn last line is dropped: nothing was promised for it. */
export async function readLeftSpools(directory: string, ownPodStream: string): Promise<readonly LeftSpool[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = new Map<string, { readonly path: string; readonly number: number }[]>();
  for (const name of await readdir(directory)) {
    const { podStream, number } = FILE_NAME.exec(name)?.groups ?? {};
    if (podStream === undefined || podStream === ownPodStream) continue;
    files.set(podStream, [...(files.get(podStream) ?? []), { path: join(directory, name), number: Number(number) }]);
  }
  return Promise.all(
    [...files].map(async ([podStream, parts]) => {
      const paths = parts.sort((a, b) => a.number - b.number).map(({ path }) => path);
      const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
      const remove = async () => {
        await Promise.all(paths.map((path) => rm(path, { force: true })));
      };
      return { podStream, lines: texts.flatMap((text) => wholeLines(text)), remove };
    }),
  );
}

function wholeLines(text: string): readonly string[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}
