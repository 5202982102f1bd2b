// What must not move a tier: how politely somebody asks, and how carefully they punctuate. Rows are fitted in some of
// these forms beside their own, so that no strength is learnt from them.
import type { LabelledRow } from './labelled-rows.ts';

type Perturbation = (ask: string) => string;

const PERTURBATIONS: readonly Perturbation[] = [
  (ask) => ask.toLowerCase(),
  (ask) => withoutEnd(ask),
  (ask) => `${withoutEnd(ask)}?`,
  (ask) => `${withoutEnd(ask)}!`,
  (ask) => `Please ${withSmallStart(ask)}`,
  (ask) => `pls ${withSmallStart(ask)}`,
  (ask) => `Could you ${withSmallStart(withoutEnd(ask))}?`,
  (ask) => `I need this today: ${withSmallStart(ask)}`,
  (ask) => `My boss asks: ${ask}`,
];

function withoutEnd(ask: string): string {
  return ask.trimEnd().replace(/[.?!。？！]+$/, '');
}

function withSmallStart(ask: string): string {
  return ask.charAt(0).toLowerCase() + ask.slice(1);
}

const LONGEST_ASK = 600; // around a pasted document a courtesy is lost anyway

/** Some other forms of a row's ask, chosen by the dice; none where the ask is not one plain message. */
export function perturbedForms(row: LabelledRow, count: number, random: () => number): readonly LabelledRow[] {
  const [message, ...others] = row.request.messages;
  if (message === undefined || others.length > 0 || message.text === '' || message.text.length > LONGEST_ASK) return [];
  return Array.from({ length: count }, () => {
    const perturb = PERTURBATIONS[Math.floor(random() * PERTURBATIONS.length)] as Perturbation;
    return { ...row, request: { ...row.request, messages: [{ ...message, text: perturb(message.text) }] } };
  });
}
