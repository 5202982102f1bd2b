// The classifier's public face: text in, tier out, and the override parser. No I/O, no clock.
export { type Contribution, classify, measureRequest, type TierDecision } from './classify.ts';
export { type CompiledClassifier, compileClassifier } from './compile-classifier.ts';
export { defaultClassifierParameters } from './default-parameters.ts';
export { DIMENSION_SIGNS, DIMENSIONS, type Dimension, FAMILIES, type Family } from './dimensions.ts';
export { explainDecision } from './explain-decision.ts';
export type { Boundaries, ClassifierParameters, Lexicon } from './parameters.ts';
export { OVERRIDE_ALIASES, type OverrideResult, parseOverride } from './parse-override.ts';
export { type ParameterProblem, type ParsedParameters, parseClassifierParameters } from './parse-parameters.ts';
export type { ClassifierMessage, ClassifierRequest } from './request.ts';
export { requestFromOpenAi } from './request-from-openai.ts';
export type { TextRange } from './text-range.ts';
export { TIERS, type Tier } from './tiers.ts';
