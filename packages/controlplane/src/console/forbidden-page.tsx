// Signed in, but without the right: which right, and which group would give it.
import { Anchor, Badge, Group, Text } from '@mantine/core';
import { LockIcon } from './icons.tsx';
import { Notice } from './notice.tsx';
import { PlainLink } from './plain-link.tsx';

export interface ForbiddenPageProps {
  readonly page: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** A page that the person may open instead. */
  readonly elsewhere?: { readonly href: string; readonly label: string };
}

export function ForbiddenPage({ page, name, roles, groups, elsewhere }: ForbiddenPageProps) {
  return (
    <Notice isPage icon={<LockIcon size={22} />} title={`You may not open ${page}`}>
      <Text>
        You are signed in as <strong>{name}</strong>. This page needs{' '}
        {roles.length === 1 ? 'the role' : 'one of the roles'} {roles.join(', ')}.
      </Text>
      {groups.length === 0 ? (
        <Text mt="sm">No group grants it. An administrator can grant it to you by name.</Text>
      ) : (
        <>
          <Text mt="sm">Membership in {groups.length === 1 ? 'this group' : 'one of these groups'} would give it:</Text>
          <Group justify="center" gap="xs" mt="xs">
            {groups.map((group) => (
              <Badge key={group} variant="light" size="lg" tt="none">
                {group}
              </Badge>
            ))}
          </Group>
          <Text mt="sm" size="sm">
            Ask the owner of your directory&rsquo;s groups, then sign in again.
          </Text>
        </>
      )}
      {elsewhere === undefined ? null : (
        <Text mt="md">
          <Anchor component={PlainLink} href={elsewhere.href}>
            Go to {elsewhere.label}
          </Anchor>
        </Text>
      )}
    </Notice>
  );
}
