// What a place says when it has nothing to show, or may not.
import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface NoticeProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  /** The page's only heading where the notice is the whole page. */
  readonly isPage?: boolean;
}

export function Notice({ icon, title, children, isPage = false }: NoticeProps) {
  return (
    <Center py={isPage ? 80 : 36} px="md">
      <Stack align="center" gap="xs" maw={520} ta="center">
        {icon === undefined ? null : <span className="notice-icon">{icon}</span>}
        <Title order={isPage ? 1 : 3} fz={isPage ? 24 : 16}>
          {title}
        </Title>
        {children === undefined ? null : (
          <Text c="dimmed" size={isPage ? 'md' : 'sm'} component="div">
            {children}
          </Text>
        )}
      </Stack>
    </Center>
  );
}
