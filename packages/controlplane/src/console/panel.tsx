// A titled area of a page.
import { Box, Group, Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface PanelProps {
  readonly title?: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly id?: string;
  /** Tables reach the panel's edges. */
  readonly isFlush?: boolean;
  readonly children: ReactNode;
}

export function Panel({ title, lead, actions, id, isFlush = false, children }: PanelProps) {
  return (
    <Paper
      withBorder
      radius="lg"
      component="section"
      {...(id === undefined ? {} : { id })}
      style={{ overflow: 'hidden' }}
    >
      {title === undefined ? null : (
        <Group justify="space-between" align="flex-start" px="lg" pt="md" pb={isFlush ? 'sm' : 0} gap="sm">
          <Box style={{ minWidth: 0, flex: '1 1 16rem' }}>
            <Title order={2} fz={17}>
              {title}
            </Title>
            {lead === undefined ? null : (
              <Text size="sm" c="dimmed" mt={2} component="div">
                {lead}
              </Text>
            )}
          </Box>
          {actions}
        </Group>
      )}
      <Box {...(isFlush ? {} : { px: 'lg', py: 'md' })}>{children}</Box>
    </Paper>
  );
}
