import type { JsonEdit, ModelConfig } from '@secrouter/proto';
import { describe, expect, test } from 'vitest';
import { samplePolicy } from '../policy/policy-fixtures.ts';
import { readChatRequest } from './read.ts';
import { SAMPLE_LIMITS } from './stage-fixtures.ts';
import { type BodyChanges, upstreamBody } from './upstream-body.ts';

const MESSAGES = '"messages":[{"role":"user","content":"/max hi"}]';
const PLAIN: BodyChanges = { edits: [], outputCap: undefined, askForUsage: false, isChosenByUs: false };
const small = samplePolicy().models.byId.get('local/small') as ModelConfig;
const thinker = samplePolicy().models.byId.get('local/thinker') as ModelConfig;

function sent(body: string, changes: Partial<BodyChanges> = {}, model = small) {
  const request = readChatRequest(Buffer.from(body), SAMPLE_LIMITS);
  const { bytes, adjusted } = upstreamBody(request, model, { ...PLAIN, ...changes });
  return { text: Buffer.from(bytes).toString(), adjusted };
}

function withParameters(parameters: Partial<ModelConfig['parameters']>, model = small): ModelConfig {
  return { ...model, parameters: { rename: {}, drop: [], unsupported: [], ...parameters } };
}

describe('what is sent', () => {
  test('is what came, but for the model', () => {
    const odd = ` { "model" : "auto", "seed":9007199254740993,"t":1.10, "__proto__":{"2":1,"1":2}, ${MESSAGES} } `;

    expect(sent(odd).text).toBe(odd.replace('"auto"', '"small"'));
  });

  test('names the model also where none was stated', () => {
    expect(JSON.parse(sent(`{${MESSAGES}}`).text)).toMatchObject({ model: 'small' });
  });

  test('loses the override prefix and nothing else', () => {
    const body = `{"é":"ü😀",${MESSAGES}}`;
    const { override } = readChatRequest(Buffer.from(body), SAMPLE_LIMITS);

    expect(sent(body, { edits: [override?.removal as JsonEdit] }).text).toBe(
      '{"é":"ü😀","messages":[{"role":"user","content":"hi"}],"model":"small"}',
    );
  });
});

describe('a cap that a budget needs', () => {
  test.each([
    ['where none was stated', '', small, '"max_tokens":50'],
    ['in the field of the client', ',"max_tokens":900', small, '"max_tokens":50'],
    ['in the newer field of the client', ',"max_completion_tokens":900', small, '"max_completion_tokens":50'],
    ['in the field of a reasoning model', ',"max_tokens":900', thinker, '"max_completion_tokens":50'],
  ])('is written %s', (_name, field, model, expected) => {
    const { text } = sent(`{${MESSAGES}${field}}`, { outputCap: 50 }, model);

    expect(text).toContain(expected);
    expect(text.match(/max_(completion_)?tokens/g)).toHaveLength(1);
  });

  test.each(['max_tokens', 'max_completion_tokens'])('stands alone: %s as null goes', (field) => {
    for (const model of [small, thinker]) {
      const { text } = sent(`{"${field}":null,${MESSAGES}}`, { outputCap: 50 }, model);

      expect(text).toContain(model === thinker ? '"max_completion_tokens":50' : '"max_tokens":50');
      expect(text.match(/max_(completion_)?tokens/g)).toHaveLength(1);
    }
  });

  test('of the client moves to the field that the model knows, where its own is dropped', () => {
    const model = withParameters({ drop: ['max_tokens'] });

    const { text } = sent(`{${MESSAGES},"max_tokens":77}`, { isChosenByUs: true }, model);

    expect(JSON.parse(text)).toMatchObject({ max_completion_tokens: 77 });
    expect(JSON.parse(text)).not.toHaveProperty('max_tokens');
  });

  test('is not undone by a renamed field', () => {
    const model = withParameters({ rename: { max_tokens: 'max_output' } }, thinker);

    const { text } = sent(`{${MESSAGES},"max_tokens":900}`, { outputCap: 50, isChosenByUs: true }, model);

    expect(JSON.parse(text)).toMatchObject({ max_completion_tokens: 50 });
    expect(text).not.toContain('900');
  });
});

describe('the usage chunk', () => {
  test.each([
    ['', '"stream_options":{"include_usage":true}'],
    [',"stream_options":{}', '"stream_options":{"include_usage":true}'],
    [',"stream_options":{"x":1,"include_usage":false}', '"stream_options":{"x":1,"include_usage":true}'],
    [',"stream_options":null', '"stream_options":{"include_usage":true}'],
  ])('is asked for beside %j', (field, expected) => {
    expect(sent(`{${MESSAGES},"stream":true${field}}`, { askForUsage: true }).text).toContain(expected);
  });

  test('is not asked of a model that must not hear of stream options', () => {
    const model = withParameters({ drop: ['stream_options'] });
    const changes = { askForUsage: true, isChosenByUs: true };

    for (const field of ['', ',"stream_options":{"include_usage":false}'])
      expect(sent(`{${MESSAGES},"stream":true${field}}`, changes, model).text).not.toContain('stream_options');
  });
});

describe('parameters of the model', () => {
  const model = withParameters({ drop: ['top_p', 'top_k'], rename: { stop: 'stop_sequences' } });
  const body = `{"top_k":1,${MESSAGES},"stop":["a",1.0],"top_p":0.5}`;

  test('are adapted where we chose it, and said', () => {
    const { text, adjusted } = sent(body, { isChosenByUs: true }, model);

    expect(text).toBe(`{${MESSAGES},"model":"small","stop_sequences":["a",1.0]}`);
    expect(adjusted).toEqual(['dropped top_p', 'dropped top_k', 'renamed stop']);
  });

  test('are left alone where the client chose it', () => {
    expect(sent(body, {}, model)).toMatchObject({ text: body.replace(/}$/, ',"model":"small"}'), adjusted: [] });
  });
});
