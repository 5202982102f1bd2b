// The learnt files as source text.
import type { LearntModel, WordingTerm } from '../src/model.ts';
import type { Boundaries } from '../src/parameters.ts';

const ENTRIES_PER_LINE = 50;
const HEAD = '// Written by `classifier:fit --write`; how, on what and how well: docs/classifier.md.\n';

/** `learnt-model.ts`. */
export function renderModel({ base, dimensions }: LearntModel, boundaries: Boundaries): string {
  const triple = (numbers: readonly number[]): string => `[${numbers.join(', ')}]`;
  const rows = Object.entries(dimensions).map(([name, strengths]) => `    ${name}: ${triple(strengths)},`);
  return `${HEAD}import type { LearntModel } from './model.ts';
import type { Boundaries } from './parameters.ts';

/** The lowest score of each tier above SIMPLE. */
export const learntBoundaries: Boundaries = {
  medium: ${boundaries.medium},
  complex: ${boundaries.complex},
  reasoning: ${boundaries.reasoning},
};

/** Strengths of the dimensions for MEDIUM, COMPLEX and REASONING against SIMPLE. */
export const learntModel: LearntModel = {
  base: ${triple(base)},
  dimensions: {
${rows.join('\n')}
  },
};
`;
}

/** `learnt-wording.ts`. */
export function renderWording(wording: readonly WordingTerm[]): string {
  const entries = wording.map(({ term, strengths }) => `${term} ${strengths.join(' ')}`);
  const lines = Array.from({ length: Math.ceil(entries.length / ENTRIES_PER_LINE) }, (_, line) =>
    entries.slice(line * ENTRIES_PER_LINE, (line + 1) * ENTRIES_PER_LINE).join(', '),
  );
  return `${HEAD}
/** Terms with their strengths for MEDIUM, COMPLEX and REASONING against SIMPLE. */
export const learntWording = \`
${lines.join(',\n')}
\`;
`;
}
