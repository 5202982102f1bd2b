// Whether a process exists.

/** True for a process of any user; one that we may not signal lives, too. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
