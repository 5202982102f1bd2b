import { PassThrough, Readable } from 'node:stream';
import { RequestRefused } from '@secrouter/proto';
import { expect, test } from 'vitest';
import { MAX_ANSWER_BYTES, readAnswer } from './read-answer.ts';

test('reads what comes in pieces, and what comes at once', async () => {
  const pieces = Readable.from([Buffer.from('{"a":'), Buffer.from('1}')], { objectMode: false });

  expect((await readAnswer(pieces)).toString()).toBe('{"a":1}');
  expect((await readAnswer(Readable.from([Buffer.from('{}')], { objectMode: false }))).toString()).toBe('{}');
  expect((await readAnswer(Readable.from([], { objectMode: false }))).byteLength).toBe(0);
});

test('an answer that breaks off is none, also when it broke off before anybody read it', async () => {
  const failed = new PassThrough();
  const left = new PassThrough();
  const over = new PassThrough();
  over.on('error', () => undefined);
  over.destroy(new Error('cut'));
  await new Promise((resolve) => over.once('close', resolve));

  const reading = readAnswer(failed);
  const leaving = readAnswer(left);
  failed.destroy(new Error('cut'));
  left.destroy();

  await expect(reading).rejects.toThrow('cut');
  await expect(leaving).rejects.toThrow('ended before');
  await expect(readAnswer(over)).rejects.toThrow('cut');
});

test('an answer above the bound is refused', async () => {
  const endless = new PassThrough();

  const reading = readAnswer(endless);
  endless.write(Buffer.alloc(MAX_ANSWER_BYTES));
  endless.write('x');

  await expect(reading).rejects.toThrow(RequestRefused);
  expect(endless.destroyed).toBe(true);
});
