// Stands between the supervisor and one child, so that the child ends even when the supervisor is killed outright.
// Plain JavaScript: a keeper has to be running within milliseconds, and there is one for every child.
// argv[2] is JSON: { command, args, uid?, gid?, stopSignal, stopTimeoutMs }. Messages in: 'stop', 'kill'.
// Messages out: { started: pid } | { failed: reason } | { exited: { code, signal } }.
import { spawn } from 'node:child_process';

const { command, args, uid, gid, stopSignal, stopTimeoutMs } = JSON.parse(process.argv[2]);
const ownership = uid === undefined ? {} : { uid, gid };

// A group of its own, so that whatever the child started can be ended with it.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true, ...ownership });
let isStopping = false;

function tell(message) {
  if (process.connected) process.send(message, () => {});
}

function killGroup() {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone.
  }
}

function stop() {
  if (isStopping) return;
  isStopping = true;
  child.kill(stopSignal);
  setTimeout(killGroup, stopTimeoutMs);
}

child.once('error', (error) => {
  tell({ failed: error.message });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
});
child.once('spawn', () => tell({ started: child.pid }));
child.once('exit', (code, signal) => {
  killGroup();
  const end = () => process.exit(code ?? 1);
  if (!process.connected) end();
  process.send({ exited: { code, signal } }, end);
});

process.on('message', (message) => (message === 'kill' ? killGroup() : stop()));
// The channel closes when the supervisor ends, in whatever way it ends.
process.on('disconnect', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
