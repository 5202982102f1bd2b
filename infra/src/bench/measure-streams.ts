// Windows of streams: many at once, every frame accounted for.

import type { BenchOptions } from './bench-options.ts';
import { runLoad } from './bench-process.ts';
import type { BenchTarget } from './bench-targets.ts';
import { streamBody } from './canned-answers.ts';
import type { StreamLoad, StreamWindow } from './load-streams.ts';
import { residentBytesOf, watchResidentBytes } from './process-cost.ts';
import { VoidRun } from './void-run.ts';

const WARM_UP_STREAMS = 20;
const WARM_UP_FRAMES = 10;
/** What a stream may take beyond its own length before it counts as broken. */
const GRACE_MS = 20_000;

export interface StreamFigures extends StreamWindow {
  /** Streams of the warm-up too. */
  readonly allStreams: number;
  /** Growth of the resident memory from before the window to its peak, per stream. */
  readonly bytesPerStream: number | undefined;
}

export type StreamSize = Pick<BenchOptions, 'streams' | 'framesPerStream' | 'framesPerSecond'>;

/** Measures one window, after a short warm-up. Throws VoidRun when a frame is missing. */
export async function measureStreams(
  target: BenchTarget,
  size: StreamSize,
  signal: AbortSignal,
): Promise<StreamFigures> {
  await runWindow(target, { ...size, streams: WARM_UP_STREAMS, framesPerStream: WARM_UP_FRAMES }, signal);
  const before = target.pid === undefined ? undefined : residentBytesOf(target.pid);
  const memory = target.pid === undefined ? undefined : watchResidentBytes(target.pid);
  try {
    const window = await runWindow(target, size, signal);
    const peak = memory?.stop();
    return {
      ...window,
      allStreams: size.streams + WARM_UP_STREAMS,
      bytesPerStream: before === undefined || peak === undefined ? undefined : (peak - before) / size.streams,
    };
  } finally {
    memory?.stop();
  }
}

async function runWindow(target: BenchTarget, size: StreamSize, signal: AbortSignal): Promise<StreamWindow> {
  const lengthMs = (size.framesPerStream * 1_000) / size.framesPerSecond;
  const load: StreamLoad = {
    url: target.url,
    headers: await target.headers(),
    body: streamBody(size.framesPerStream, size.framesPerSecond),
    streams: size.streams,
    framesPerStream: size.framesPerStream,
    // Half a stream's length: all of them run at once, and the later ones open beside those that run.
    openWithinMs: lengthMs / 2,
    timeoutMs: lengthMs + GRACE_MS,
  };
  const window = await runLoad<StreamWindow>('load-streams.ts', load, signal);
  if (window.wholeStreams === size.streams) return window;
  const reasons = window.failures.slice(0, 5).join('; ');
  throw new VoidRun(`${target.name}: ${window.wholeStreams} of ${size.streams} streams were whole (${reasons})`);
}
