// A short run of the fuzzer of bodies; docs/fuzzing.md has the long one.
import { expect, test } from 'vitest';
import { unexplained } from '../fuzz/explain-body.ts';
import { fuzzBodies } from '../fuzz/fuzz-bodies.ts';
import { fuzzRuns, fuzzSeed } from '../fuzz/random.ts';

const LONG_TIMEOUT_MS = 3_600_000;
const RUNS = fuzzRuns(8_000);

test(`of ${RUNS} bodies none is sent that was not judged, as it was judged`, { timeout: LONG_TIMEOUT_MS }, () => {
  const { findings, counts } = fuzzBodies(fuzzSeed(), RUNS);

  expect(findings).toEqual([]);
  // A generator that makes nothing worth sending would find nothing.
  expect(counts.json).toBeGreaterThan(RUNS / 2);
  expect(counts.sent).toBeGreaterThan(RUNS / 5);
});

const ORIGINAL = '{ "model":"auto", "é":1.0,"messages":[{"role":"user","content":"/max \\u0068i"}],"max_tokens":9 }';
const EXPLAINED = '{ "model":"small", "é":1.0,"messages":[{"role":"user","content":"\\u0068i"}],"max_tokens":5 }';

test('the oracle explains the allowed splices', () => {
  expect(unexplained(ORIGINAL.replace('"auto"', '"small"'), ORIGINAL)).toBeUndefined();
  expect(unexplained(EXPLAINED, ORIGINAL)).toBeUndefined();
  const moved = EXPLAINED.replace(',"max_tokens":5 }', ' ,"max_completion_tokens":5}');
  expect(unexplained(moved.replace(' ,', ','), ORIGINAL)).toBeUndefined();
});

test.each([
  ['a foreign model', EXPLAINED.replace('small', 'evil')],
  ['another spelling of a number', EXPLAINED.replace('1.0', '1')],
  ['another spelling of a string', EXPLAINED.replace('\\u0068i', 'hi')],
  ['a blank', EXPLAINED.replace(', "é"', ',"é"')],
  ['a raised cap', EXPLAINED.replace(':5 ', ':10 ')],
  ['a member more', EXPLAINED.replace(' }', ',"x":1 }')],
  ['a member less', EXPLAINED.replace(' "é":1.0,', '')],
  ['another order', EXPLAINED.replace(' "é":1.0,', '').replace('":5 ', '":5,"é":1.0 ')],
  ['more than the prefix', EXPLAINED.replace('\\u0068i', 'i')],
  ['another role', EXPLAINED.replace('user', 'tool')],
  ['a byte before', `x${EXPLAINED}`],
  ['a byte behind', `${EXPLAINED}\n`],
])('the oracle does not explain %s', (_what, sent) => {
  expect(unexplained(sent, ORIGINAL)).toBeTypeOf('string');
});
