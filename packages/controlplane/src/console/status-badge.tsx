// A state in one word. The word carries the meaning; the colour repeats it.
import { Badge } from '@mantine/core';

const COLORS = { good: 'teal', warning: 'orange', bad: 'red', neutral: 'gray' } as const;
export type StatusTone = keyof typeof COLORS;

export function StatusBadge({ tone, children }: { readonly tone: StatusTone; readonly children: string }) {
  return (
    <Badge variant="light" color={COLORS[tone]} tt="none" fw={600} className={`status-badge status-${tone}`}>
      {children}
    </Badge>
  );
}
