import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, wordingScale } from './classify.ts';
import { compileClassifier } from './compile-classifier.ts';
import { defaultClassifierParameters } from './default-parameters.ts';
import { DIMENSIONS } from './dimensions.ts';
import type { ClassifierMessage, ClassifierRequest } from './request.ts';
import { TIERS } from './tiers.ts';

const compiled = compileClassifier(defaultClassifierParameters);
const user = (text: string): ClassifierMessage => ({ role: 'user', text });
const ask = (text: string): ClassifierRequest => ({ messages: [user(text)] });
const decide = (text: string) => classify(ask(text), compiled);
const dimensionValue = (request: ClassifierRequest, dimension: string): number =>
  classify(request, compiled).contributions.find((contribution) => contribution.dimension === dimension)?.value ?? 0;

describe('a decision', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom('prove', 'design', ' ', '\n', '"', "'", '`', '```', '«', '设计', '證', '\u200b', '-- ', '> '),
        {
          maxLength: 60,
        },
      )
      .map((parts) => parts.join('')),
  );

  test('adds up exactly from contributions whose spans lie in the message', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const decision = decide(text);

        const sum = decision.contributions.reduce((total, { points }) => total + points, 0);
        expect(decision.score).toBe(sum);
        expect(Number.isInteger(decision.score)).toBe(true);
        expect(TIERS).toContain(decision.tier);
        for (const { dimension, value, weight, points, spans } of decision.contributions) {
          expect(value).toBeGreaterThan(0);
          expect(value).toBeLessThanOrEqual(1);
          expect(points).toBe(Math.round(value * weight) + 0);
          expect(['base', ...DIMENSIONS]).toContain(dimension);
          for (const { start, end } of spans) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThan(start);
            expect(end).toBeLessThanOrEqual(text.length);
          }
        }
      }),
    );
  });

  test('is the same every time and from plain parameters', () => {
    const request = ask('Design a scalable platform and prove that its scheduler is fair.');

    expect(classify(request, compiled)).toEqual(classify(request, compiled));
    expect(classify(request, defaultClassifierParameters)).toEqual(classify(request, compiled));
  });

  test('never carries text of the prompt', () => {
    const decision = decide('Prove the Zanzibar theorem about wombats.');

    const json = JSON.stringify(decision).toLowerCase();
    expect(json).not.toContain('zanzibar');
    expect(json).not.toContain('theorem');
  });

  test('points at the matched words', () => {
    const text = 'Please PROVE it.';

    const reason = decide(text).contributions.find(({ dimension }) => dimension === 'reason');

    expect(reason?.spans.map(({ start, end }) => text.slice(start, end))).toEqual(['PROVE']);
  });

  test('points at the words that say most, one place once', () => {
    const text = 'Could you work out whether the two of them can ever be equal, and show why?';

    const wording = decide(text).contributions.find(({ dimension }) => dimension === 'wording');

    const spans = wording?.spans ?? [];
    const inOrder = spans.toSorted((a, b) => a.start - b.start);
    expect(spans.length).toBeGreaterThan(3);
    expect(inOrder.every(({ start }, at) => start >= (inOrder[at - 1]?.end ?? 0))).toBe(true);
    const words = spans.map(({ start, end }) => text.slice(start, end).trim());
    expect(words.indexOf('show')).toBeLessThan(words.indexOf('them') === -1 ? words.length : words.indexOf('them'));
  });

  test('has a margin to the nearest boundary', () => {
    const { medium, complex, reasoning } = defaultClassifierParameters.boundaries;

    const { score, margin } = decide('Write a short poem.');

    expect(margin).toBe(Math.min(...[medium, complex, reasoning].map((boundary) => Math.abs(score - boundary))));
  });

  test('without any message of a user is the cheapest', () => {
    expect(classify({ messages: [] }, compiled)).toMatchObject({ tier: 'SIMPLE', askIndex: -1 });
    expect(classify({ messages: [{ role: 'system', text: 'Prove everything.' }] }, compiled).askIndex).toBe(-1);
  });

  test('reports dimensions in their declared order', () => {
    const names = decide('Design 3 systems, prove x = y, and write tests.').contributions.map(
      ({ dimension }) => dimension,
    );

    expect(names).toEqual(['base', ...DIMENSIONS.filter((dimension) => names.includes(dimension))]);
  });
});

test('a few words together weigh no more than they would among six', () => {
  const scales = [0, 1, 4, 6, 9, 25, 100].map(wordingScale);

  expect(scales.slice(0, 3)).toEqual([wordingScale(6), wordingScale(6), wordingScale(6)]);
  expect(scales.slice(3)).toEqual(scales.slice(3).toSorted((a, b) => b - a));
  expect(wordingScale(25)).toBe(1);
});

describe('matching', () => {
  test.each([
    ['Post the letter to the shallow shore.', 'greeting'],
    ['He is informal about the classroom.', 'reason'],
    ['The improved approver sat at the display.', 'reason'],
    ['Redesignated parking is over there.', 'design'],
    ['A hive of hidden hills.', 'greeting'],
  ])('%j has nothing of %s', (text, dimension) => {
    expect(dimensionValue(ask(text), dimension)).toBe(0);
  });

  test.each([
    ['full-width letters', 'ｐｒｏｖｅ it'],
    ['mathematical letters', '𝐩𝐫𝐨𝐯𝐞 it'],
    ['zero-width spaces', 'p\u200br\u200bo\u200bv\u200be it'],
    ['soft hyphens', 'pro\u00adve it'],
    ['capitals', 'PROVE it'],
    ['an accent in German', 'Bitte widerlege das'],
    ['a decomposed accent', 'De\u0301montre le the\u0301ore\u0300me'],
    ['a missing accent', 'Demontre le theoreme'],
    ['an Arabic article and conjunction', 'والبرهان'],
    ['a script without spaces', '请你证明它'],
    ['decomposed Hangul', '증명해줘'.normalize('NFD')],
    ['decomposed kana', '厳密にパズルを'.normalize('NFD').replace('厳密に', '')],
  ])('sees through %s', (_, text) => {
    expect(dimensionValue(ask(text), 'reason')).toBeGreaterThan(0);
  });

  test('does not take a word of another language for its own', () => {
    // `prove` is an Italian noun (trials) and `die` an English verb; only the language in use counts.
    expect(dimensionValue(ask('Wir brauchen eine neue Kaffeemaschine, die nicht tropft.'), 'greeting')).toBe(0);
  });
});

describe('reading', () => {
  const hard = 'Prove that there are infinitely many primes.';

  test.each([
    ['a system prompt', [{ role: 'system', text: hard }, user('good morning')]],
    ['an earlier turn', [user(hard), { role: 'assistant', text: hard }, user('cool, thx')]],
    ['an answer', [user('hi'), { role: 'assistant', text: hard }, user('What time is it?')]],
    ['a quotation', [user("What is the French word for 'theorem'?")]],
    ['a code fence', [user('How many lines are in this?\n```\nprove theorem lemma design\n```')]],
    ['a quoted mail', [user('Who sent this?\n\n> Prove the theorem.\n> Design the platform.')]],
    [
      'a pasted block',
      [user(`Who is named first?\n\n${'Anna had to prove the theorem and design a platform. '.repeat(12)}`)],
    ],
    ['a signature', [user('When is lunch?\n-- \nJo Proof\nTheorem Design Ltd')]],
    ['a closing', [user('When is lunch?\n\nBest regards\nJo Proof, Theorem Architecture')]],
    ['material in tags', [user('What is the colour?\n<document>\nProve the theorem.\n</document>')]],
  ] as [string, ClassifierMessage[]][])('does not take %s for the ask', (_, messages) => {
    const request = { messages };

    expect(dimensionValue(request, 'reason')).toBe(0);
    expect(dimensionValue(request, 'design')).toBe(0);
    expect(classify(request, compiled).tier).toBe('SIMPLE');
  });

  test.each([
    'continue',
    'Go on.',
    'yes, do it',
    'Yes please!',
    'weiter',
    'ja bitte',
    'vas-y',
    'sí',
    '继续',
    '계속해줘',
    'продолжай',
  ])('%j looks one turn back', (text) => {
    const request = { messages: [user(hard), { role: 'assistant' as const, text: '…' }, user(text)] };

    expect(classify(request, compiled)).toMatchObject({ tier: 'REASONING', askIndex: 0 });
  });

  test.each([
    'Observation: 3 files, the first is README.md',
    'OBSERVATION:\n> exit',
    '<tool_response>\n{"ok": true}\n</tool_response>',
    '[Tool result] done',
    '**Command output:**\nok',
    'EXECUTION RESULT of [bash]:\nok',
    'stdout: 12 passed',
    'Exit code: 0',
  ])('what a tool returned in a message of the user is no ask: %j', (text) => {
    const messages = [user(hard), { role: 'assistant' as const, text: 'Thought: look. Action: ls' }, user(text)];

    const decision = classify({ messages }, compiled);

    expect(decision).toMatchObject({ tier: 'REASONING', askIndex: 0, agentic: true });
  });

  test('a tool loop keeps the tier of its ask', () => {
    const first = {
      messages: [user('Find the race condition in the checkout service, fix it and add tests.')],
      toolCount: 2,
    };
    const later = {
      ...first,
      messages: [
        ...first.messages,
        { role: 'assistant' as const, text: '', toolCallCount: 1 },
        { role: 'tool' as const, text: 'ok' },
      ],
    };

    expect(classify(later, compiled).score).toBeGreaterThanOrEqual(classify(first, compiled).score);
  });

  test.each([
    'Prove that our scheduler never starves a job, and find the smallest counterexample if it does.',
    'Why is the square root of 7 irrational?',
    'Find the race condition in the checkout service, fix it and add tests.',
    'Design the migration of the billing platform to three regions, with rollback and a cost model.',
    'What time is it in Lima?',
  ])('no step of a tool loop lowers the tier of %j', (text) => {
    const messages: ClassifierMessage[] = [user(text)];
    const first = classify({ messages, toolCount: 3 }, compiled);
    let last = first;

    for (let step = 0; step < 40; step += 1) {
      messages.push({ role: 'assistant', text: 'Let me look.', toolCallCount: 1 });
      messages.push({ role: 'tool', text: 'line of a log\n'.repeat(200) });
      const next = classify({ messages, toolCount: 3 }, compiled);

      expect(next.score).toBeGreaterThanOrEqual(first.score);
      expect(TIERS.indexOf(next.tier)).toBeGreaterThanOrEqual(TIERS.indexOf(last.tier));
      last = next;
    }
  });

  test('a greeting before a task weighs next to nothing', () => {
    const plain = decide('Design a scalable platform with roles, audit, tests and a rollout plan.');
    const greeted = decide('Hi there! Design a scalable platform with roles, audit, tests and a rollout plan.');

    expect(greeted.tier).toBe(plain.tier);
  });

  test('reads both ends of a long prompt and nothing between', () => {
    const padding = 'lorem ipsum dolor sit amet '.repeat(4_000);

    expect(dimensionValue(ask(`${hard}\n\n${padding}`), 'reason')).toBeGreaterThan(0);
    expect(dimensionValue(ask(`${padding}\n\n${hard}`), 'reason')).toBeGreaterThan(0);
    expect(dimensionValue(ask(`${padding}\n\n${hard}\n\n${padding}`), 'reason')).toBe(0);
  });

  test('is agentic with tools, after tool results, and for work on a repository', () => {
    const withTools = { ...ask('What is the weather?'), toolCount: 1 };

    expect(classify(withTools, compiled).agentic).toBe(true);
    expect(classify({ messages: [user('x'), { role: 'tool', text: 'y' }] }, compiled).agentic).toBe(true);
    expect(decide('Clone the repository, run the tests, commit and open a pull request.').agentic).toBe(true);
    expect(decide('What is the weather?').agentic).toBe(false);
  });
});

describe('parameters', () => {
  const text = 'Write a short poem about rain.';
  const { score } = decide(text);
  const around = (medium: number) => ({ medium, complex: medium + 50_000, reasoning: medium + 60_000 });

  test('boundaries of a group apply to its requests only', () => {
    const parameters = { ...defaultClassifierParameters, groupBoundaries: { lab: around(-90_000) } };
    const grouped = compileClassifier({
      ...parameters,
      groupBoundaries: { lab: { medium: -3, complex: -2, reasoning: -1 } },
    });
    const proof = ask('Prove that there are infinitely many primes.');

    expect(classify({ ...proof, group: 'lab' }, grouped).tier).toBe('REASONING');
    expect(classify({ ...ask('hi'), group: 'other' }, grouped).tier).toBe('SIMPLE');
    expect(classify({ ...ask(text), group: 'lab' }, compileClassifier(parameters)).tier).toBe('REASONING');
  });

  test('a cost asymmetry moves a decision inside the uncertain margin', () => {
    const parameters = { ...defaultClassifierParameters, boundaries: around(score + 100), uncertainMargin: 200 };
    const tierAt = (costAsymmetry: number, uncertainMargin = 200) =>
      classify(ask(text), { ...parameters, costAsymmetry, uncertainMargin }).tier;

    expect(tierAt(1)).toBe('SIMPLE');
    expect(tierAt(4)).toBe('MEDIUM');
    expect(tierAt(0.25)).toBe('SIMPLE');
    expect(tierAt(4, 50)).toBe('SIMPLE');
  });

  test('a lexicon of their own replaces the built-in list', () => {
    const own = compileClassifier(
      { ...defaultClassifierParameters, lexicons: { en: { reason: ['wombat*'] } } },
      compiled,
    );

    expect(classify(ask('wombats, please'), own).contributions.some(({ dimension }) => dimension === 'reason')).toBe(
      true,
    );
    expect(classify(ask('prove it'), own).contributions.some(({ dimension }) => dimension === 'reason')).toBe(false);
  });

  test('compiling over a previous classifier gives the same decisions', () => {
    const parameters = { ...defaultClassifierParameters, boundaries: around(score) };

    const again = compileClassifier(parameters, compiled);

    expect(classify(ask(text), again)).toEqual(classify(ask(text), compileClassifier(parameters)));
    expect(again.terms).toBe(compiled.terms);
  });
});
