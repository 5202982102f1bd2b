// Asks a pod for its health again and again from a thread of its own, so that what is measured is the pod's event loop
// and not the test's.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Runs `action` while the pod is asked; resolves with its result and the slowest answer meanwhile. */
export async function whileAskingHealth<Result>(
  url: string,
  action: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly slowestMs: number; readonly answers: number }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { healthUrl: url } });
  const finished = new Promise<{ slowestMs: number; answers: number }>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message) => {
      if (message !== 'asking') resolve(message);
    });
  });
  await new Promise((resolve) => worker.once('message', resolve));
  const result = await action();
  worker.postMessage('stop');
  const { slowestMs, answers } = await finished;
  await worker.terminate();
  return { result, slowestMs, answers };
}

async function askUntilStopped(url: string): Promise<void> {
  let isStopped = false;
  let slowestMs = 0;
  let answers = 0;
  parentPort?.on('message', () => {
    isStopped = true;
  });
  await ask(url);
  parentPort?.postMessage('asking');
  while (!isStopped) {
    slowestMs = Math.max(slowestMs, await ask(url));
    answers += 1;
  }
  parentPort?.postMessage({ slowestMs, answers });
}

async function ask(url: string): Promise<number> {
  const startedMs = performance.now();
  await (await fetch(url)).arrayBuffer();
  return performance.now() - startedMs;
}

if (!isMainThread && typeof workerData?.healthUrl === 'string') await askUntilStopped(workerData.healthUrl);
