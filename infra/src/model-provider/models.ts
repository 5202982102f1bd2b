// The models that the development provider serves: one per tier, so that a reader sees which one answered.

export interface DevelopmentModel {
  readonly id: string;
  readonly kind: 'chat' | 'embedding';
  /** Tokens of hidden reasoning that every answer of this model reports. */
  readonly reasoningTokens: number;
}

export const MODELS: readonly DevelopmentModel[] = [
  { id: 'small', kind: 'chat', reasoningTokens: 0 },
  { id: 'medium', kind: 'chat', reasoningTokens: 0 },
  { id: 'large', kind: 'chat', reasoningTokens: 0 },
  { id: 'reasoning', kind: 'chat', reasoningTokens: 16 },
  { id: 'embedding', kind: 'embedding', reasoningTokens: 0 },
];

/** The model of this id and kind. */
export function findModel(id: string, kind: DevelopmentModel['kind']): DevelopmentModel | undefined {
  return MODELS.find((model) => model.id === id && model.kind === kind);
}
