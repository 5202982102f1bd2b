// One set-up at a time per project: two commands started together must not install over each other.
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './is-alive.mjs';
import { SetupFailed } from './run-command.mjs';

const POLL_MS = 200;
const WAIT_LIMIT_MS = 15 * 60_000;
const TAKEOVER_STALE_MS = 10_000;

/** One line of set-up chatter. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs `work` while holding the lock; the lock of a process that has died is taken over. */
export async function withSetupLock(folder, work) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'setup.lock');
  await acquire(lock);
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function acquire(lock) {
  const giveUpAt = Date.now() + WAIT_LIMIT_MS;
  let hasSaidSo = false;
  while (!tryCreate(lock)) {
    const owner = readOwner(lock);
    if (owner !== undefined && !isAlive(owner)) {
      removeStale(lock, owner);
      continue;
    }
    if (!hasSaidSo) say('Waiting for another set-up of this project');
    hasSaidSo = true;
    if (Date.now() > giveUpAt) throw new SetupFailed(`${lock} is held; remove the file if no other set-up is running.`);
    await delay(POLL_MS);
  }
}

function tryCreate(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(lock) {
  try {
    const owner = Number.parseInt(readFileSync(lock, 'utf8'), 10);
    return Number.isNaN(owner) ? undefined : owner;
  } catch {
    return undefined;
  }
}

// Looking and removing are two steps: the guard folder keeps a second waiter from removing the next owner's fresh lock.
function removeStale(lock, deadOwner) {
  const guard = `${lock}.takeover`;
  try {
    mkdirSync(guard);
  } catch {
    try {
      if (Date.now() - statSync(guard).mtimeMs > TAKEOVER_STALE_MS) rmdirSync(guard);
    } catch {
      // Its owner has finished in the meantime.
    }
    return;
  }
  if (readOwner(lock) === deadOwner) rmSync(lock, { force: true });
  rmdirSync(guard);
}
