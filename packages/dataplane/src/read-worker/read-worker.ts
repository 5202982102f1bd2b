// The thread in which large bodies are read: one job at a time, see `ReadPool`.
import { parentPort } from 'node:worker_threads';
import { type ReadJob, runReadJob } from './read-job.ts';

parentPort?.on('message', (job: ReadJob) => {
  const reply = runReadJob(job);
  const moved = reply.outcome === 'read' ? [reply.request.bytes.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(reply, moved);
});
