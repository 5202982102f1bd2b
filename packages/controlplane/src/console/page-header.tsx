// The top of a page: where one is, one sentence on what it shows, and the page's own actions.
import { Anchor, Box, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { PlainLink } from './plain-link.tsx';

export interface PageHeaderProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly back?: { readonly href: string; readonly label: string };
  readonly actions?: ReactNode;
}

export function PageHeader({ title, lead, back, actions }: PageHeaderProps) {
  return (
    <Group justify="space-between" align="flex-end" mb="lg" gap="md">
      <Box style={{ minWidth: 0 }}>
        {back === undefined ? null : (
          <Anchor component={PlainLink} href={back.href} size="sm" mb={4} display="inline-block">
            ← {back.label}
          </Anchor>
        )}
        <Title order={1} fz={{ base: 24, sm: 28 }} style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {lead === undefined ? null : (
          <Text c="dimmed" mt={4} maw={720} component="div">
            {lead}
          </Text>
        )}
      </Box>
      {actions}
    </Group>
  );
}
