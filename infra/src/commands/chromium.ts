// The browser of the browser tests: one on this machine, else Debian's package where we may install it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findOnPath } from '../stores/redis-program.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser's path; undefined where there is none and none can be installed. */
export function ensureChromium(say: (line: string) => void): string | undefined {
  const present = findChromium();
  if (present !== undefined) return present;
  if (process.getuid?.() !== 0 || findOnPath('apt-get') === undefined) return undefined;
  say('Installing Chromium for the browser tests');
  try {
    // Output to standard error: it takes a minute, and the reader should see why.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = (...args: string[]) => execFileSync('apt-get', args, { env, stdio: ['ignore', 2, 2] });
    run('update', '-qq');
    run('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  } catch {
    say('  not possible');
  }
  return findChromium();
}

function findChromium(): string | undefined {
  const onPath = NAMES.map(findOnPath).find((path) => path !== undefined);
  return onPath ?? MAC_APPLICATIONS.find((path) => existsSync(path));
}
