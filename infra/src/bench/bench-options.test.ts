// What a measurement was asked for.
import { describe, expect, it } from 'vitest';
import { readBenchOptions } from './bench-options.ts';

describe('the options of a measurement', () => {
  it('are five rounds of everything', () => {
    expect(readBenchOptions([])).toMatchObject({
      options: {
        rounds: 5,
        connections: 32,
        streams: 100,
        parts: ['classifier', 'completions', 'streams'],
        isProfile: false,
      },
    });
  });

  it('take the sizes that the targets name', () => {
    const reading = readBenchOptions(['--', '--only', 'streams', '--streams=500', '--frames', '200', '--rate', '50']);

    expect(reading).toMatchObject({
      options: { streams: 500, framesPerStream: 200, framesPerSecond: 50, parts: ['streams'] },
    });
  });

  it('name every problem at once', () => {
    expect(readBenchOptions(['--rounds', '0', '--rate', 'x', '--only', 'pods'])).toEqual({
      problems: [
        '--only: found "pods", expected one of classifier, completions, streams',
        '--rounds: found "0", expected a whole number from 1 to 100',
        '--rate: found "x", expected a whole number from 1 to 1000',
      ],
    });
  });

  it('refuse what they do not know', () => {
    expect(readBenchOptions(['--fast'])).toHaveProperty('problems');
  });
});
