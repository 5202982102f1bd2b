// What the bench sends and expects back.
import { describe, expect, it } from 'vitest';
import { completionBodies, frameText, readFrame, STREAM_END, streamBody } from './canned-answers.ts';

describe('a request of the bench', () => {
  it('carries a prompt of 1 KB and lets the classifier choose', () => {
    for (const body of completionBodies()) {
      const { model, messages } = JSON.parse(body);

      expect(model).toBe('auto');
      expect(Buffer.byteLength(messages[0].content)).toBe(1_024);
    }
  });

  it('differs from the next one', () => {
    expect(new Set(completionBodies()).size).toBe(completionBodies().length);
  });

  it('tells the upstream how to stream', () => {
    expect(JSON.parse(streamBody(200, 50))).toMatchObject({ stream: true, bench_frames: 200, bench_rate: 50 });
  });
});

describe('a frame of a stream', () => {
  it('says its number and when it was sent', () => {
    expect(readFrame(frameText(17, 123_456_789))).toEqual({ number: 17, sentAtUs: 123_456_789 });
  });

  it('at the end is no content', () => {
    expect(STREAM_END.split('\n\n').map((frame) => readFrame(frame))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
