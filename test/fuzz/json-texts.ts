// Bodies: chat requests in every spelling that JSON has for them, and the same ones broken a little.
import type { Random } from './random.ts';

/** Members that the gateway reads, and some that it must only pass on. */
const KNOWN_NAMES = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'user',
];
const OTHER_NAMES = [
  'metadata',
  'seed',
  'tools',
  'store',
  '__proto__',
  'constructor',
  '1',
  '02',
  '',
  'é',
  '😀',
  'toString',
];
const MODELS = [
  'local/small',
  'small',
  'auto',
  'auto',
  'auto:simple',
  'secrouter/auto',
  'local/reasoning',
  'nobody',
  '',
];
const PREFIXES = [
  '',
  '',
  '/simple ',
  '[max]  ',
  'deep mode: ',
  '/MAX\t',
  '/max',
  ' /max ',
  '/simple \u2028',
  'Think Mode:\n',
];
const WORDS = [
  'hi',
  'é',
  '😀',
  'ﬁ',
  '\u2028',
  '"',
  '\\',
  '\n',
  '\u0000',
  '\u007f',
  '\ufeff',
  'a/b',
  '<',
  'ud800',
  '𝄞',
  '/max ',
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.0',
  '1e0',
  '10E-1',
  '5',
  '128',
  '9007199254740993',
  '1e400',
  '0.1',
  '-1',
  '1e9',
  '2.5',
];
const BLANKS = ['', '', '', ' ', '\n', '\t\r\n', '    '];
const BROKEN = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '\\u00',
  '0',
  '-',
  '.',
  'e',
  '/',
  '\u0000',
  '\ud800',
];

/** A text that may be a chat request; what it is, its readers must agree about. */
export function bodyText(random: Random): string {
  const text = chatText(random);
  return random.chance(60) ? text : brokenText(random, text);
}

/** A chat request, well-formed JSON unless a name comes twice. */
export function chatText(random: Random): string {
  const members: [name: string, value: string][] = [];
  if (random.chance(90)) members.push(['model', jsonString(random, random.pick(MODELS))]);
  if (random.chance(97)) members.push(['messages', messagesText(random)]);
  if (random.chance(40)) members.push(['stream', random.pick(['true', 'false', 'null'])]);
  if (random.chance(20)) members.push(['stream_options', streamOptions(random)]);
  if (random.chance(40)) members.push([random.pick(['max_tokens', 'max_completion_tokens']), random.pick(NUMBERS)]);
  if (random.chance(15)) members.push(['n', random.pick(NUMBERS)]);
  for (let extra = random.int(4); extra > 0; extra -= 1)
    members.push([random.pick(OTHER_NAMES), valueText(random, 1 + random.int(4))]);
  if (random.chance(4)) members.push([random.pick(KNOWN_NAMES), valueText(random, 2)]);
  if (random.chance(1)) members.push(['deep', '['.repeat(58 + random.int(10)).concat(']'.repeat(60))]);
  return blank(random) + objectText(random, random.shuffle(members)) + blank(random);
}

/** The text as bytes, now and then with bytes that are no UTF-8. */
export function bodyBytes(random: Random, text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length === 0 || !random.chance(5)) return bytes;
  for (let count = 1 + random.int(3); count > 0; count -= 1) bytes[random.int(bytes.length)] = random.int(256);
  return bytes;
}

function messagesText(random: Random): string {
  const roles = ['user', 'user', 'user', 'assistant', 'system', 'tool'];
  const messages = Array.from({ length: 1 + random.int(3) }, () => {
    const members: [string, string][] = [
      ['role', jsonString(random, random.pick(roles))],
      ['content', contentText(random)],
    ];
    if (random.chance(10)) members.push([random.pick(OTHER_NAMES), valueText(random, 2)]);
    return objectText(random, random.shuffle(members));
  });
  return arrayText(random, messages);
}

function contentText(random: Random): string {
  if (random.chance(70)) return jsonString(random, promptText(random));
  if (random.chance(10)) return 'null';
  const parts = Array.from({ length: random.int(3) }, () =>
    objectText(
      random,
      random.shuffle([
        ['type', jsonString(random, 'text')],
        ['text', jsonString(random, promptText(random))],
      ]),
    ),
  );
  return arrayText(random, parts);
}

function promptText(random: Random): string {
  return random.pick(PREFIXES) + random.text(random.int(5), () => random.pick(WORDS));
}

function streamOptions(random: Random): string {
  const options: [string, string][] = [];
  if (random.chance(50)) options.push(['include_usage', random.pick(['true', 'false', 'null'])]);
  if (random.chance(50)) options.push(['x', valueText(random, 2)]);
  return objectText(random, options);
}

function valueText(random: Random, depth: number): string {
  if (depth > 0 && random.chance(30))
    return arrayText(
      random,
      Array.from({ length: random.int(4) }, () => valueText(random, depth - 1)),
    );
  if (depth > 0 && random.chance(40))
    return objectText(
      random,
      Array.from({ length: random.int(4) }, (_, at) => [
        random.chance(70) ? `k${at}` : random.pick(OTHER_NAMES),
        valueText(random, depth - 1),
      ]),
    );
  if (random.chance(40)) return random.pick(NUMBERS);
  if (random.chance(50)) return jsonString(random, promptText(random));
  return random.pick(['true', 'false', 'null']);
}

function objectText(random: Random, members: readonly (readonly [name: string, value: string])[]): string {
  const written = members.map(
    ([name, value]) => `${blank(random) + jsonString(random, name) + blank(random)}:${blank(random)}${value}`,
  );
  return `{${written.join(`${blank(random)},`)}${blank(random)}}`;
}

function arrayText(random: Random, items: readonly string[]): string {
  return `[${items.map((item) => blank(random) + item).join(`${blank(random)},`)}${blank(random)}]`;
}

/** A string in one of its many spellings: each unit as it is, escaped by name, or escaped by number in either case. */
export function jsonString(random: Random, value: string): string {
  const isEscaping = random.chance(30);
  const units = value.split('').map((unit) => {
    if (isEscaping && random.chance(30)) return numericEscape(random, unit);
    if (unit === '/' && random.chance(20)) return '\\/';
    return unit >= '\ud800' && unit <= '\udfff' ? unit : JSON.stringify(unit).slice(1, -1);
  });
  // A pair is escaped as a whole or not at all: half of one would be no string.
  const text = `"${units.join('')}"`;
  return text.isWellFormed() && !/\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])/.test(text) ? text : JSON.stringify(value);
}

function numericEscape(random: Random, unit: string): string {
  const digits = unit.charCodeAt(0).toString(16).padStart(4, '0');
  return `\\u${random.chance(50) ? digits.toUpperCase() : digits}`;
}

function brokenText(random: Random, text: string): string {
  let broken = text;
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const at = random.int(broken.length + 1);
    const end = at + random.int(4);
    const piece = random.chance(50)
      ? random.pick(BROKEN)
      : broken.slice(random.int(broken.length)).slice(0, random.int(20));
    broken = broken.slice(0, at) + (random.chance(70) ? piece : '') + broken.slice(random.chance(50) ? at : end);
  }
  return broken;
}

function blank(random: Random): string {
  return random.pick(BLANKS);
}
