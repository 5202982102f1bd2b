import { describe, expect, it } from 'vitest';
import { PRICE_CATALOGUE } from '../catalogue/price-catalogue.ts';
import { accepted, parseSmall, problemPaths } from './config-samples.ts';
import { compileModelIndex, resolveModel } from './known-models.ts';

const withModels = (...models: object[]) =>
  parseSmall((config) => {
    config.models = models as Record<string, unknown>[];
  });
const modelOf = (result: ReturnType<typeof withModels>, id: string) =>
  accepted(result).config.models.find((model) => model.id === id);

describe('prices', () => {
  it.each([
    ['0.1', 100_000],
    ['2.50', 2_500_000],
    ['1e-6', 1],
    ['0', 0],
    ['1000000', 1_000_000_000_000],
  ])('reads %s dollars per million tokens exactly, as a number and as text', (source, picoUsd) => {
    const price = { inputPicoUsd: picoUsd, outputPicoUsd: picoUsd };

    expect(
      modelOf(withModels({ id: 'local/small', inputPrice: Number(source), outputPrice: source }), 'local/small')?.price,
    ).toMatchObject(price);
  });

  it.each(['0.0000001', '-1', '1000001', '1,5', '0x10', '', ' 1'])('refuses %j', (inputPrice) => {
    expect(problemPaths(withModels({ id: 'local/small', inputPrice, outputPrice: 1 }))).toEqual([
      'models[0].inputPrice',
    ]);
  });

  it('takes an explicit nothing for a price and silence for none', () => {
    expect(modelOf(withModels({ id: 'local/small', inputPrice: 0, outputPrice: 0 }), 'local/small')).toHaveProperty(
      'price',
    );
    expect(modelOf(withModels({ id: 'local/small' }), 'local/small')).not.toHaveProperty('price');
    expect(modelOf(withModels({ id: 'local/small', inputPrice: 1 }), 'local/small')).not.toHaveProperty('price');
  });

  it('bills cached and written tokens like input where the file says nothing else', () => {
    const model = { id: 'local/small', inputPrice: 2, outputPrice: 4, cachedInputPrice: 0.5, cacheWritePrice: 2.5 };

    expect(modelOf(withModels(model), 'local/small')?.price).toEqual({
      inputPicoUsd: 2_000_000,
      outputPicoUsd: 4_000_000,
      cachedInputPicoUsd: 500_000,
      cacheWritePicoUsd: 2_500_000,
      cacheWrite1hPicoUsd: 2_500_000,
    });
  });

  it('needs no output price for embeddings', () => {
    expect(
      modelOf(withModels({ id: 'local/embed', inputPrice: 1, kind: 'embedding' }), 'local/embed')?.price,
    ).toMatchObject({
      outputPicoUsd: 0,
    });
  });

  it('asks for whole prices of long contexts and service tiers', () => {
    const result = withModels({
      id: 'local/small',
      above: [{ aboveInputTokens: 1000, inputPrice: 3 }],
      serviceTiers: { priority: { inputPrice: 3, outputPrice: 6 } },
    });

    expect(problemPaths(result)).toEqual(['models[0].above[0].outputPrice']);
  });
});

describe('known models', () => {
  it('are the list, the catalogue of configured providers, and what the tiers name', () => {
    const { config } = accepted(
      parseSmall((small) => {
        small.providers.openai = { baseUrl: 'https://api.openai.com/v1' };
        small.models = [{ id: 'openai/gpt-4o', inputPrice: 9, outputPrice: 9 }];
      }),
    );
    const sources = new Map(config.models.map((model) => [model.id, model.source]));

    expect(sources.get('openai/gpt-4o')).toBe('file');
    expect(sources.get('openai/gpt-4o-mini')).toBe('catalogue');
    expect(sources.get('local/small')).toBe('tiers');
    expect([...sources.keys()].some((id) => id.startsWith('anthropic/'))).toBe(false);
  });

  it('take what the file leaves open from the catalogue, and no price step beside a price of the file', () => {
    const models = (own: object) =>
      accepted(
        parseSmall((small) => {
          small.providers.anthropic = { baseUrl: 'https://api.anthropic.com/v1' };
          small.models = [{ id: 'anthropic/claude-sonnet-4-5', ...own }];
        }),
      ).config.models.find((model) => model.id === 'anthropic/claude-sonnet-4-5');

    expect(models({})?.above).toHaveLength(1);
    expect(models({ inputPrice: 1, outputPrice: 2 })).toMatchObject({
      above: [],
      contextWindow: 200_000,
      price: { inputPicoUsd: 1_000_000 },
    });
  });

  it('refuse a second row, a foreign alias and a name that means routing', () => {
    const result = withModels(
      { id: 'local/small', aliases: ['quick', 'auto', 'auto:simple'] },
      { id: 'local/small' },
      { id: 'local/large', aliases: ['quick', 'local/small'] },
    );

    expect(problemPaths(result)).toEqual([
      'models[0].aliases[1]',
      'models[0].aliases[2]',
      'models[1].id',
      'models[2].aliases[0]',
      'models[2].aliases[1]',
    ]);
  });

  it('refuse tiers that name an unknown provider or an embedding', () => {
    const result = parseSmall((config) => {
      config.models = [{ id: 'local/embed', kind: 'embedding' }];
      Object.assign(config.tiers, {
        SIMPLE: { primary: 'local/embed' },
        MEDIUM: { primary: 'local/a', fallback: ['gone/b'] },
      });
    });

    expect(problemPaths(result)).toEqual(['tiers.SIMPLE.primary', 'tiers.MEDIUM.fallback[0]']);
  });
});

describe('resolveModel', () => {
  const index = compileModelIndex(
    accepted(
      parseSmall((config) => {
        config.providers.other = { baseUrl: 'https://other.example/v1' };
        config.models = [
          { id: 'local/small', aliases: ['quick'] },
          { id: 'other/small' },
          { id: 'other/meta/llama', aliases: ['large'] },
        ];
      }),
    ).config,
  );

  it.each([
    ['local/small', { outcome: 'found', id: 'local/small' }],
    ['quick', { outcome: 'found', id: 'local/small' }],
    ['meta/llama', { outcome: 'found', id: 'other/meta/llama' }],
    ['large', { outcome: 'found', id: 'other/meta/llama' }],
    ['small', { outcome: 'ambiguous', ids: ['local/small', 'other/small'] }],
    ['Quick', { outcome: 'unknown' }],
    ['', { outcome: 'unknown' }],
    ['constructor', { outcome: 'unknown' }],
  ] as const)('%s', (requested, resolution) => {
    expect(resolveModel(index, requested)).toEqual(resolution);
  });
});

describe('the catalogue', () => {
  it('has a source and a day for every row, and each id once', () => {
    for (const row of PRICE_CATALOGUE) {
      expect(row.source).toMatch(/^https:\/\//);
      expect(row.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      for (const picoUsd of Object.values(row.price)) expect(Number.isSafeInteger(picoUsd)).toBe(true);
      expect(row.price.cachedInputPicoUsd).toBeLessThanOrEqual(row.price.inputPicoUsd);
    }
    expect(new Set(PRICE_CATALOGUE.map((row) => row.id)).size).toBe(PRICE_CATALOGUE.length);
  });
});
