// Edits change what they name and not one byte more.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyByteEdits, applyJsonEdits, editMembers, removeMember, setMember, stringPrefixEdit } from './json-edit.ts';
import type { JsonObject, JsonString } from './json-node.ts';
import { type JsonDialect, parseStrictJson } from './strict-json.ts';

function object(text: string, dialect: JsonDialect = 'json'): JsonObject {
  const reading = parseStrictJson(text, { maxDepth: 64 }, dialect);
  if (reading.outcome !== 'parsed' || reading.root.kind !== 'object') throw new Error('not an object');
  return reading.root;
}

function string(text: string): JsonString {
  const reading = parseStrictJson(text, { maxDepth: 1 });
  if (reading.outcome !== 'parsed' || reading.root.kind !== 'string') throw new Error('not a string');
  return reading.root;
}

describe('setMember', () => {
  test.each([
    ['{"model":"auto","n":1.10}', 'model', '"a/b"', '{"model":"a/b","n":1.10}'],
    ['{ "m" :\t"auto" }', 'm', '1', '{ "m" :\t1 }'],
    ['{"\\u006dodel":"auto"}', 'model', '"x"', '{"\\u006dodel":"x"}'],
    ['{}', 'a', '1', '{"a":1}'],
    ['{ }', 'a', '1', '{"a":1 }'],
    ['{"b":2 }', 'a', '[]', '{"b":2,"a":[] }'],
    ['{"b":2}', 'say "hi"', '1', '{"b":2,"say \\"hi\\"":1}'],
  ])('in %s sets %s to %s', (text, name, json, expected) => {
    expect(applyJsonEdits(text, [setMember(object(text), name, json)])).toBe(expected);
  });

  test('adds before a trailing comma and a comment of a file', () => {
    const text = '{ "a": 1, // note\n}';

    expect(applyJsonEdits(text, [setMember(object(text, 'jsonc'), 'b', '2')])).toBe('{ "a": 1,"b":2, // note\n}');
  });
});

describe('removeMember', () => {
  test.each([
    ['{"a":1,"b":2,"c":3}', 'a', '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', 'b', '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', 'c', '{"a":1,"b":2}'],
    ['{ "a" : {"x":[1]} }', 'a', '{}'],
  ])('in %s removes %s', (text, name, expected) => {
    const edit = removeMember(object(text), name);

    expect(edit && applyJsonEdits(text, [edit])).toBe(expected);
  });

  test('has nothing to do for a member that is not there', () => {
    expect(removeMember(object('{"a":1}'), 'toString')).toBeUndefined();
  });
});

describe('editMembers', () => {
  test('equals the same changes on a map, for any object and any changes', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '1', '"');
    const members = fc.uniqueArray(name).chain((names) => fc.tuple(fc.constant(names), fc.constantFrom('', ' ', '\n')));
    const changes = fc.array(fc.tuple(name, fc.option(fc.constantFrom('7', '"s"', '{}'), { nil: undefined })));

    fc.assert(
      fc.property(members, changes, ([names, blank], changeList) => {
        const body = names.map((each) => `${blank}${JSON.stringify(each)}${blank}:${blank}1.0`).join(`${blank},`);
        const text = `{${blank}${body}${blank}}`;
        const changeMap = new Map(changeList);
        const expected = new Map(names.map((each) => [each, '1.0']));
        for (const [each, json] of changeMap) {
          if (json === undefined) expected.delete(each);
          else expected.set(each, json);
        }

        const edited = applyJsonEdits(text, editMembers(object(text), changeMap));

        const found = [...object(edited).members].map(([each, { value }]) => [
          each,
          edited.slice(value.start, value.end),
        ]);
        expect(found).toEqual([...expected]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('stringPrefixEdit', () => {
  test.each([
    ['"/max do it"', 5, '"do it"'],
    ['"\\u002fmax\\tdo\\u0020\\"it\\""', 5, '"do\\u0020\\"it\\""'],
    ['"[deep]\\n\\n x"', 8, '" x"'],
    ['"abc"', 3, '""'],
    ['"abc"', 0, '"abc"'],
    ['"\\ud83d\\ude39z"', 2, '"z"'],
  ])('in %s removes %i characters', (text, count, expected) => {
    expect(applyJsonEdits(text, [stringPrefixEdit(text, string(text), count)])).toBe(expected);
  });

  test('leaves the decoded rest, for any string and any escaping', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), fc.boolean(), (value, seed, isEscaped) => {
        const text = isEscaped ? escapeAll(value) : JSON.stringify(value);
        const count = [...value].slice(0, seed % ([...value].length + 1)).join('').length;

        const edited = applyJsonEdits(text, [stringPrefixEdit(text, string(text), count)]);

        expect(string(edited).value).toBe(value.slice(count));
      }),
      { numRuns: 300 },
    );
  });

  test('refuses to cut past the end or through a surrogate pair', () => {
    expect(() => stringPrefixEdit('"ab"', string('"ab"'), 3)).toThrow(RangeError);
    expect(() => stringPrefixEdit('"😹"', string('"😹"'), 1)).toThrow(RangeError);
  });
});

describe('applyJsonEdits', () => {
  test('applies edits in any order', () => {
    const edits = [
      { start: 3, end: 4, replacement: 'D' },
      { start: 0, end: 1, replacement: '' },
    ];

    expect(applyJsonEdits('abcd', edits)).toBe('bcD');
  });

  test.each([
    [
      [
        { start: 0, end: 2, replacement: '' },
        { start: 1, end: 3, replacement: '' },
      ],
    ],
    [[{ start: 2, end: 1, replacement: '' }]],
    [[{ start: 0, end: 9, replacement: '' }]],
  ])('throws on edits that overlap or leave the text: %j', (edits) => {
    expect(() => applyJsonEdits('abcd', edits)).toThrow(RangeError);
  });
});

describe('applyByteEdits', () => {
  test('counts bytes and leaves the others as they are', () => {
    const bytes = Buffer.from('é"x"😹');

    const edited = applyByteEdits(bytes, [
      { start: 8, end: 9, replacement: '' },
      { start: 2, end: 5, replacement: '"ü"' },
    ]);

    expect(edited).toEqual(Buffer.concat([Buffer.from('é"ü"'), bytes.subarray(5, 8)]));
  });

  test('throws on edits that overlap or leave the bytes', () => {
    expect(() => applyByteEdits(Buffer.from('ab'), [{ start: 1, end: 3, replacement: '' }])).toThrow(RangeError);
  });
});

function escapeAll(value: string): string {
  const units = Array.from({ length: value.length }, (_, index) => value.charCodeAt(index));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}
