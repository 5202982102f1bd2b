// The outcome of an entry as a state.
import { StatusBadge, type StatusTone } from '../status-badge.tsx';

const TONES: Readonly<Record<string, StatusTone>> = {
  ok: 'good',
  ok_no_done: 'good',
  refused: 'bad',
  denied: 'bad',
  deny: 'bad',
};

export function OutcomeBadge({ outcome }: { readonly outcome: string }) {
  return <StatusBadge tone={TONES[outcome] ?? 'warning'}>{outcome}</StatusBadge>;
}
