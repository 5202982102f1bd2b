// The load of streams, a process of its own: opens them evenly over a while, reads every frame, and notes how long each
// was under way. Reads a StreamLoad from stdin and prints a StreamWindow.
import { Agent, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicUs, readFrame } from './canned-answers.ts';
import { type Times, timesOf } from './statistics.ts';

export interface StreamLoad {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly streams: number;
  readonly framesPerStream: number;
  /** The last stream is opened this long after the first one. */
  readonly openWithinMs: number;
  /** A stream that has not ended by then is a failure. */
  readonly timeoutMs: number;
}

export interface StreamWindow {
  readonly firstFrameMs: Times;
  /** From the upstream's write to our read. */
  readonly frameTransitMs: Times;
  readonly frames: number;
  readonly wholeStreams: number;
  /** Why streams were not whole; each reason once. */
  readonly failures: readonly string[];
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

interface Notes {
  readonly firstFramesMs: number[];
  readonly transitsMs: number[];
}

/** Reads one stream; rejects when a frame is missing, out of order or more than expected. */
async function readStream(load: StreamLoad, notes: Notes): Promise<void> {
  const startedAtUs = monotonicUs();
  const response = await open(load);
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  let expected = 0;
  let isDone = false;
  let rest = '';
  for await (const text of response.setEncoding('latin1')) {
    const nowUs = monotonicUs();
    const frames = (rest + (text as string)).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      if (frame === 'data: [DONE]') isDone = true;
      const content = readFrame(frame);
      if (content === undefined) continue;
      if (content.number !== expected) throw new Error(`frame ${content.number} came as number ${expected}`);
      if (expected === 0) notes.firstFramesMs.push((nowUs - startedAtUs) / 1_000);
      notes.transitsMs.push((nowUs - content.sentAtUs) / 1_000);
      expected += 1;
    }
  }
  if (expected !== load.framesPerStream) throw new Error(`${expected} of ${load.framesPerStream} frames came`);
  if (!isDone || rest !== '') throw new Error('the stream has no proper end');
}

function open(load: StreamLoad): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(load.body),
      ...load.headers,
    };
    const signal = AbortSignal.timeout(load.timeoutMs);
    const sent = request(load.url, { method: 'POST', agent, headers, signal });
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(load.body);
  });
}

async function measure(load: StreamLoad): Promise<StreamWindow> {
  const notes: Notes = { firstFramesMs: [], transitsMs: [] };
  const failures = new Set<string>();
  let wholeStreams = 0;
  const running = Array.from({ length: load.streams }, async (_, index) => {
    await delay((index * load.openWithinMs) / load.streams);
    try {
      await readStream(load, notes);
      wholeStreams += 1;
    } catch (error) {
      failures.add(error instanceof Error ? error.message : String(error));
    }
  });
  await Promise.all(running);
  agent.destroy();
  return {
    firstFrameMs: timesOf(notes.firstFramesMs),
    frameTransitMs: timesOf(notes.transitsMs),
    frames: notes.transitsMs.length,
    wholeStreams,
    failures: [...failures],
  };
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await measure((await json(process.stdin)) as StreamLoad)));
}
