// What needs somebody's attention, most urgent first.
import { Anchor, Group, Stack, Text } from '@mantine/core';
import { CheckIcon, InfoIcon, WarningIcon } from '../icons.tsx';
import { Notice } from '../notice.tsx';
import { PlainLink } from '../plain-link.tsx';
import type { AttentionItem } from './attention.ts';

export function AttentionList({ items }: { readonly items: readonly AttentionItem[] }) {
  if (items.length === 0) {
    return (
      <Notice icon={<CheckIcon size={20} />} title="Nothing needs attention">
        All pods are on the current revision and nobody is near a limit.
      </Notice>
    );
  }
  return (
    <Stack gap={0} component="ul" className="plain-list divided">
      {items.map(({ level, text, detail, href }) => (
        <Group key={`${text} ${detail}`} component="li" wrap="nowrap" align="flex-start" gap="sm" py="sm">
          <span className={`attention-icon attention-${level}`}>
            {level === 'info' ? <InfoIcon size={18} /> : <WarningIcon size={18} />}
          </span>
          <div>
            <Anchor component={PlainLink} href={href} className="row-link" size="sm">
              {text}
            </Anchor>
            <Text size="sm" c="dimmed">
              {detail}
            </Text>
          </div>
        </Group>
      ))}
    </Stack>
  );
}
