'use client';
// Who is signed in, and the way out: here and at the identity provider.
import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { adminFetch } from './admin-fetch.ts';
import { PersonIcon } from './icons.tsx';

export interface SessionMenuProps {
  readonly principal: string;
  readonly email?: string;
  readonly csrfToken: string;
}

export function SessionMenu({ principal, email, csrfToken }: SessionMenuProps) {
  const [isLeaving, setLeaving] = useState(false);
  const name = email ?? principal;

  const signOut = async () => {
    setLeaving(true);
    const answer = await adminFetch<{ url: string }>('/api/auth/end-session', { method: 'POST', csrfToken });
    window.location.assign(answer.outcome === 'ok' ? answer.body.url : '/admin/sign-in');
  };

  return (
    <Menu withInitialFocusPlaceholder={false} position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={`Signed in as ${name}`} className="session-button">
          <Avatar size={34} radius="xl" color="indigo" variant="light">
            <PersonIcon />
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate>
            {name}
          </Text>
          <Text size="xs" truncate>
            {principal}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item onClick={signOut} disabled={isLeaving} closeMenuOnClick={false}>
          {isLeaving ? 'Signing out…' : 'Sign out'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
