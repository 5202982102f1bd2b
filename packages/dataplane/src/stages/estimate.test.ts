import { costNanoUsd, type ModelConfig, priceAt } from '@secrouter/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleGrant, samplePolicy } from '../policy/policy-fixtures.ts';
import { requestBounds, STREAM_STEP_TOKENS } from './estimate.ts';
import { readEmbeddingsRequest } from './read.ts';
import { SAMPLE_LIMITS, sampleRequest } from './stage-fixtures.ts';

const policy = samplePolicy();
const grant = sampleGrant(policy);
const small = policy.models.byId.get('local/small') as ModelConfig;
const price = fc.record({
  inputPicoUsd: fc.nat(500_000_000),
  outputPicoUsd: fc.nat(900_000_000),
  cachedInputPicoUsd: fc.nat(500_000_000),
  cacheWritePicoUsd: fc.nat(900_000_000),
  cacheWrite1hPicoUsd: fc.nat(900_000_000),
});
const model: fc.Arbitrary<ModelConfig> = fc
  .record({
    price,
    above: fc.array(
      fc.record({ aboveInputTokens: fc.nat(3_000) }).chain((step) => price.map((row) => ({ ...row, ...step }))),
      {
        maxLength: 2,
      },
    ),
    imageTokens: fc.nat(3_000),
    contextWindow: fc.option(fc.integer({ min: 500, max: 10_000 }), { nil: undefined }),
  })
  .map(({ contextWindow, ...rest }) => {
    const { contextWindow: _window, ...plain } = small;
    return { ...plain, ...rest, ...(contextWindow === undefined ? {} : { contextWindow }) };
  });

describe('the bound', () => {
  test('is never below what is billed: over n, images, candidates, cached tokens and long-context prices', () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(500)}` } };
    fc.assert(
      fc.property(
        fc.array(model, { minLength: 1, maxLength: 3 }),
        fc.string({ maxLength: 400, unit: 'grapheme' }),
        fc.nat(3),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (candidates, text, images, n, cap, shares) => {
          const content = [{ type: 'text', text }, ...Array.from({ length: images }, () => image)];
          const request = sampleRequest({ messages: [{ role: 'user', content }], n, max_tokens: cap });
          const bounds = requestBounds(request, grant, candidates);
          const bound =
            bounds.inputCostNanoUsd + bounds.outputCostNanoUsdPerToken * bounds.outputTokens * bounds.choices;

          for (const candidate of candidates) {
            // A token is at least a byte of the text; images cost what the model says; nothing exceeds the window.
            const [inputShare = 0, cachedShare = 0, writtenShare = 0, outputShare = 0] = shares;
            const most = Buffer.byteLength(text) + images * candidate.imageTokens + 16;
            const inputTokens = Math.floor(inputShare * Math.min(most, candidate.contextWindow ?? most));
            const tokens = {
              inputTokens,
              cachedInputTokens: Math.floor(inputTokens * cachedShare),
              cacheWriteTokens: Math.floor(inputTokens * writtenShare),
              outputTokens: Math.floor(cap * n * outputShare),
              reasoningTokens: 0,
            };
            const billed = costNanoUsd(tokens, priceAt(candidate.price as never, candidate.above, inputTokens));
            expect(bounds.inputTokens).toBeGreaterThanOrEqual(inputTokens);
            expect(bound).toBeGreaterThanOrEqual(billed);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('of a long-context model holds also where the first price is the higher one', () => {
    const odd = {
      ...small,
      above: [{ ...(small.price as never as object), inputPicoUsd: 1, aboveInputTokens: 10 } as never],
    };

    const bounds = requestBounds(sampleRequest({ max_tokens: 1 }), grant, [odd]);

    expect(bounds.inputCostNanoUsd).toBe(bounds.inputTokens * 1_000);
  });

  test('counts no base64 as text', () => {
    const part = (data: string) => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } });
    const bound = (data: string) =>
      requestBounds(sampleRequest({ messages: [{ role: 'user', content: [part(data)] }] }), grant, [
        { ...small, contextWindow: 1e9 },
      ]).inputTokens;

    expect(bound('A'.repeat(100_000))).toBe(bound('A'));
  });
});

describe('output', () => {
  const bounds = (members: object, rule: object = {}) => {
    const other = samplePolicy((config) => Object.assign(config.security.policy.default, rule));
    return requestBounds(sampleRequest(members as never), sampleGrant(other), [small]);
  };

  test.each([
    [
      'the cap of the client',
      { max_tokens: 100 },
      {},
      { outputTokens: 100, leastOutputTokens: 100, isStepwise: false },
    ],
    ['P59 the lower one of client and policy', { max_tokens: 1e9 }, { maxOutputTokens: 700 }, { outputTokens: 700 }],
    [
      'the default of the policy',
      { stream: true },
      { defaultMaxOutputTokens: 900 },
      { outputTokens: 900, isStepwise: false },
    ],
    ['what the model can, for a whole answer', {}, {}, { outputTokens: 2_000, leastOutputTokens: 256 }],
    [
      'a first step, for a stream without a cap',
      { stream: true },
      {},
      { outputTokens: STREAM_STEP_TOKENS, isStepwise: true },
    ],
    ['P60 each of several answers', { n: 5, max_tokens: 10 }, {}, { outputTokens: 10, choices: 5 }],
  ])('is bounded by %s', (_name, members, rule, expected) => {
    expect(bounds(members, rule)).toMatchObject(expected);
  });

  test('of embeddings is none', () => {
    const request = readEmbeddingsRequest(Buffer.from('{"input":"a"}'), SAMPLE_LIMITS);

    expect(requestBounds(request, grant, [small])).toMatchObject({ outputTokens: 0, leastOutputTokens: 0, choices: 1 });
  });
});
