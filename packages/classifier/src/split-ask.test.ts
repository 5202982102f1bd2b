import { expect, test } from 'vitest';
import { splitAsk, WINDOW_CHARACTERS } from './split-ask.ts';

const asked = (text: string): string =>
  splitAsk(text)
    .ask.map(({ start, end }) => text.slice(start, end).trim())
    .filter((part) => part !== '')
    .join(' | ');

const CODE = 'x = f(y)\nfor i in z:\n'.repeat(WINDOW_CHARACTERS / 10);

test.each([
  ['a line that ends in LaTeX', 'Show that the limit is below \\sqrt{2}'],
  ['a line that ends in a set', 'Find all subsets of {1, 2, 3}'],
  ['a definition in small letters', 'let f(x) = x^2. prove f is convex'],
  ['a definition that runs into the ask', 'let a_1 = 2 and a_2 = (a_1)/2 and show that it falls'],
  ['a noun that is a keyword too', 'class of 30 pupils (17 boys): show that two share a month'],
  ['a return policy', 'return policy (30 days): put it in plain English'],
  ['lines that end in semicolons', 'Faites un plan :\ninventaire des sites ;\nretour sur les risques ;\nbudget.'],
  ['a numbered list with semicolons', 'Plan it:\n1. stand design;\n2) staff;\n3. budget;'],
])('%s is prose', (_, text) => {
  expect(asked(text).replaceAll(' | ', '\n')).toBe(text);
});

test.each([
  ['a statement', 'total += price * count;'],
  ['a call', 'console.log(total);'],
  ['a jump', 'break;'],
  ['a declaration', 'const total = price * count'],
  ['a block', 'if (a > b) { swap(a, b); }'],
  ['JSON', '{"id": 1, "name": "Jo"}'],
  ['the head of a function', 'def total(prices):'],
  ['mark-up', '<p class="note">Hello there all</p>'],
])('%s is code', (_, line) => {
  expect(asked(`What is this?\n\n${line}`)).toBe('What is this?');
});

test.each([
  ['in one line', '```x = 5``` What is x?', 'What is x?'],
  ['with a shorter one inside', '````md\n```js\nprove it\n```\n````\nWhen is lunch?', 'When is lunch?'],
  ['of tildes with one of backticks inside', '~~~\n```\nprove it\n~~~\nWhen is lunch?', 'When is lunch?'],
  ['closed in front of the ask', '```\nprove it\n``` When is lunch?', 'When is lunch?'],
  ['with an inner one that names its language', '```md\n```js\nprove it\n```\nWhen is lunch?', 'When is lunch?'],
  [
    'longer than what is read',
    `Here it is:\n\`\`\`\n${CODE}\`\`\`\nProve that it ends.`,
    'Here it is: | Prove that it ends.',
  ],
  ['longer than what is read, asked before', `What is called?\n\`\`\`\n${CODE}\`\`\`\n`, 'What is called?'],
])('a fence %s is no ask', (_, text, ask) => {
  expect(asked(text)).toBe(ask);
});

test.each([
  ['on lines of their own', 'When was it?\n"""\nProve it.\nDesign it.\n"""\nOne word.', 'When was it? | One word.'],
  ['around the material', 'When was it?\n"""Prove it.\nDesign it.""" One word.', 'When was it? | One word.'],
  ['that nothing closes', '"""\nWhen was it?', '"\nWhen was it?'],
])('what stands in three quotation marks %s is no ask', (_, text, ask) => {
  expect(asked(text)).toBe(ask);
});

test('two fences around the middle of a long text are told from one', () => {
  const text = `\`\`\`\n${CODE}\`\`\`\n${'Some notes follow here. '.repeat(900)}\n\`\`\`js\nprove()\n\`\`\`\nWhen is lunch?`;

  expect(asked(text)).toContain('When is lunch?');
  expect(asked(text)).not.toContain('prove');
});

test.each([
  ['text', '“证明根号二是无理数”？'],
  ['text with an emoji', '"Prove it" 👍'],
  ['code', '```js\nlet total = 1\n```'],
  ['unfenced code', 'let total = 1;\nfoo(total);'],
])('what is quoted is the ask where there is nothing else: %s', (_, text) => {
  expect(asked(text)).toContain(text.replace(/^```js\n|\n```$/g, '').slice(1, 5));
});

test.each([
  ['with line ends of Windows', 'When is lunch?\r\n--\r\nJo Proof\r\nTheorem Ltd', 'When is lunch?'],
  ['behind a closing', 'When is lunch?\n\nKind regards from Berlin,\n\nJo Proof, Theorem Ltd', 'When is lunch?'],
  ['behind an indented closing', 'When is lunch?\n\n  Best regards\n  Jo Proof', 'When is lunch?'],
  ['of a telephone', 'When is lunch?\nSent from my iPhone', 'When is lunch?'],
  ['behind a closing of its own', 'When is lunch?\nMany thanks', 'When is lunch?'],
])('a signature %s is no ask', (_, text, ask) => {
  expect(asked(text)).toBe(ask);
});

test.each([
  ['thanks before it', 'Hi,\nMany thanks for that!\nProve that 2 is even.'],
  ['thanks and no full stop', 'Hi,\ncheers\nnow prove that 2 is even'],
  ['a word that begins like a closing', 'Plan a week.\nYourself included\nProve it'],
  ['a longer line behind it', `Hi,\nBest regards\n${'Design the portal with roles and audit '.repeat(2)}`],
])('an ask with %s is read', (_, text) => {
  expect(asked(text)).toBe(text.trim());
});

test('a comment in code ends no ask', () => {
  const text = 'Why is it slow?\n```sql\n-- \n-- count\nSELECT 1\n```\nProve that it ends.';

  expect(asked(text)).toBe('Why is it slow? | Prove that it ends.');
});

test('quotes are cut however many apostrophes stand before', () => {
  const text = `${"It's fine, that's what Jo's saying. ".repeat(30)}Who said "prove the theorem"?`;

  expect(asked(text)).not.toContain('theorem');
});
