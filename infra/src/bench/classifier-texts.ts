// The texts that the classifier is timed on: what people write, and what somebody would send who wants it to be slow.

/** A kind of text: a unit that is repeated to the size asked for. */
export interface ClassifierText {
  readonly name: string;
  readonly unit: string;
  /** Written to be slow; held to the bound for any text. */
  readonly isAdversarial: boolean;
}

const PROSE =
  'Our warehouse moves to a new site in March. Compare the two carriers on price and delay, say who signs, and draft ' +
  'a note for the night shift that explains what changes for them. The last move took nine days; nobody wants that again. ';

const CODE =
  'export function mergeSorted(left: number[], right: number[]): number[] {\n  const merged = [];\n  let at = 0;\n' +
  '  for (const value of left) {\n    while (at < right.length && right[at] <= value) merged.push(right[at++]);\n' +
  '    merged.push(value);\n  }\n  return merged.concat(right.slice(at));\n}\n';

const CHINESE =
  '仓库三月搬到新址。请比较两家承运商的价格和延误，说明由谁签字，并为夜班写一份通知，解释他们的工作有哪些变化。上次搬迁花了九天，没有人想再来一次。';

const ADVERSARIAL: readonly (readonly [name: string, unit: string])[] = [
  ['one word without end', 'a'],
  ['terms only', 'prove design write debug '],
  ['openings that never close', '([{"“«`'],
  ['fences', '```\n'],
  ['quotes of quotes', '> > > a\n'],
  ['list items', '- a\n'],
  ['commas', ','],
  ['white space', ' \t\n'],
  ['zero-width marks', 'p\u200Br\u200Bo\u200Bv\u200Be '],
  ['stacked accents', `e${'\u0301'.repeat(15)}`],
  ['ligatures that unfold', '\uFDFA'],
  ['letters that grow when folded', 'İẞŉ'],
  ['emoji', '👩‍👩‍👧‍👦'],
  ['addresses', 'http://a.b/c?d=e&f '],
  ['digits', '1234567890'],
  ['halves of surrogate pairs', '\uD800x\uDC00'],
];

/** All texts. */
export const CLASSIFIER_TEXTS: readonly ClassifierText[] = [
  { name: 'English', unit: PROSE, isAdversarial: false },
  { name: 'code', unit: CODE, isAdversarial: false },
  { name: 'Chinese', unit: CHINESE, isAdversarial: false },
  ...ADVERSARIAL.map(([name, unit]) => ({ name, unit, isAdversarial: true })),
];

/** A text of about this many bytes of UTF-8. */
export function textOfBytes(unit: string, bytes: number): string {
  return unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))));
}
