import { expect, test } from 'vitest';
import { classify } from './classify.ts';
import { compileClassifier } from './compile-classifier.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import type { ClassifierMessage } from './request.ts';

const compiled = compileClassifier(defaultClassifierParameters);
const user = (text: string): ClassifierMessage => ({ role: 'user', text });
const assistant = (text: string): ClassifierMessage => ({ role: 'assistant', text });
const read = (...messages: readonly ClassifierMessage[]) => classify({ messages }, compiled);

const TASK = user('Fix the flaky test of the checkout.');

test.each([
  ['as Cline names it', assistant('I look.'), "[read_file for 'a/b.test.ts'] Result:\nit('pays')"],
  ['as Roo names it', assistant('I look.'), '[list_files] Result:\na.ts'],
  ['after a tag of Cline', assistant('<read_file>\n<path>a.ts</path>\n</read_file>'), 'it("pays")'],
  ['after an action', assistant('Thought: look.\nAction: ls'), 'README.md\nsrc'],
  ['with the line ends of Windows', assistant('I look.'), 'Observation\r\nREADME.md'],
  ['under a heading', assistant('I look.'), 'Output of `ls`:\nREADME.md'],
])('what a tool returned %s is no ask, and makes the request agentic', (_, before, text) => {
  const decision = read(TASK, before, user(text));

  expect(decision).toMatchObject({ askIndex: 0, agentic: true });
  expect(decision.contributions.some(({ dimension }) => dimension === 'toolResults')).toBe(true);
  expect(decision.contributions.some(({ dimension }) => dimension === 'turns')).toBe(false);
});

test.each([
  'Exit code 137 in Kubernetes: what does it mean?',
  'stdout or stderr for log lines?',
  'Results of our survey are below. Plan what to do about them.',
  'Output of the north plant fell again; work out why.',
  'Environment: we have two. Which one is for tests?',
])('a person may begin like a tool: %j', (text) => {
  expect(read(user(text))).toMatchObject({ askIndex: 0, agentic: false });
  expect(read(user('hello'), assistant('Hello!'), user(text))).toMatchObject({ askIndex: 2, agentic: false });
});

test('the first message of a conversation is no result of a tool', () => {
  expect(read(user('Observation: our churn rose. Explain why.'))).toMatchObject({ askIndex: 0, agentic: false });
});

test('many times "continue" still mean the ask before them', () => {
  const turns = Array.from({ length: 12 }, () => [assistant('…'), user('continue')]).flat();

  expect(read(user('Prove that there are infinitely many primes.'), ...turns).askIndex).toBe(0);
});

test.each(['', ' \n\t', '\u200b'])('a message of nothing (%j) means the one before', (text) => {
  expect(read(TASK, assistant('…'), user(text)).askIndex).toBe(0);
});

test('an image without words is an ask', () => {
  expect(read(TASK, assistant('…'), { role: 'user', text: '', hasImage: true }).askIndex).toBe(2);
});

test('where nothing asks, the last message of the user is read', () => {
  expect(read(user('continue'), assistant('…'), user('go on')).askIndex).toBe(2);
});

test.each([
  ['messages that say nothing but go on', 'continue'],
  ['results of tools', 'Observation: ok'],
  ['calls of an agent', 'ok'],
])('thirty thousand %s are read within a second', (_, text) => {
  const turns = Array.from({ length: 15_000 }, () => [assistant('Action: ls'), user(text)]).flat();

  const startedAt = performance.now();
  read(...turns);

  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
