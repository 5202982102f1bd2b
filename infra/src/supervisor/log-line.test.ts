// What of a child's log reaches the terminal.
import { describe, expect, it } from 'vitest';
import { notableText } from './log-line.ts';

describe('a line of a log', () => {
  it('is shown when it warns, without what the reader does not need', () => {
    const line = '{"level":40,"time":1,"pid":2,"hostname":"h","name":"pod","msg":"clock skew","skewMs":900}';

    expect(notableText(line)).toBe('warning: clock skew {"skewMs":900}');
  });

  it('is shown when it is an error in plain text', () => {
    expect(notableText('TypeError: x is not a function')).toBe('TypeError: x is not a function');
  });

  it.each([
    '{"level":30,"msg":"request done"}',
    'listening on 18800',
    '(Use `node --trace-warnings ...` to show where the warning was created)',
    '',
  ])('stays in the file when it is %j', (line) => {
    expect(notableText(line)).toBeUndefined();
  });
});
