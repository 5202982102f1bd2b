'use client';
// The frame around every page: navigation by role, who is signed in, the colour scheme, sign-out.
import {
  Anchor,
  AppShell,
  AppShellHeader,
  AppShellMain,
  AppShellNavbar,
  Badge,
  Box,
  Burger,
  Group,
  NavLink,
  ScrollArea,
  Stack,
  Text,
} from '@mantine/core';
import { useDisclosure, useMounted } from '@mantine/hooks';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { ColorSchemeControl } from './color-scheme-control.tsx';
import { AuditIcon, FleetIcon, LockIcon, OverviewIcon, PeopleIcon, PolicyIcon, RoutingIcon } from './icons.tsx';
import { SECTIONS, type SectionKey } from './sections.ts';
import { SessionMenu } from './session-menu.tsx';

const ICONS: Readonly<Record<SectionKey, typeof OverviewIcon>> = {
  overview: OverviewIcon,
  people: PeopleIcon,
  policies: PolicyIcon,
  routing: RoutingIcon,
  fleet: FleetIcon,
  audit: AuditIcon,
};

export interface ShellProps {
  readonly principal: string;
  readonly email?: string;
  readonly csrfToken: string;
  readonly openSections: readonly SectionKey[];
  readonly revision?: number;
  readonly children: ReactNode;
}

export function ConsoleShell(props: ShellProps) {
  const [isOpen, menu] = useDisclosure(false);
  // Says that the page's scripts run: before that a click on a button would be lost.
  const isMounted = useMounted();
  return (
    <AppShell
      {...(isMounted ? { 'data-hydrated': true } : {})}
      header={{ height: 60 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={0}
    >
      <Anchor href="#main" className="skip-link">
        Skip to content
      </Anchor>
      <AppShellHeader>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={isOpen ? 'Close navigation' : 'Open navigation'}
              aria-expanded={isOpen}
            />
            <Brand />
            {props.revision === undefined ? null : (
              <Badge variant="light" color="gray" visibleFrom="xs" tt="none" fw={500}>
                revision {props.revision}
              </Badge>
            )}
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ColorSchemeControl />
            <SessionMenu
              principal={props.principal}
              csrfToken={props.csrfToken}
              {...(props.email === undefined ? {} : { email: props.email })}
            />
          </Group>
        </Group>
      </AppShellHeader>
      <AppShellNavbar p="sm" aria-label="Console sections">
        <ScrollArea>
          <Navigation open={props.openSections} onNavigate={menu.close} />
        </ScrollArea>
      </AppShellNavbar>
      <AppShellMain id="main" tabIndex={-1}>
        <Box px={{ base: 'md', md: 'xl' }} py="lg" maw={1280} mx="auto">
          {props.children}
        </Box>
      </AppShellMain>
    </AppShell>
  );
}

function Brand() {
  return (
    <Anchor component={Link} href="/" underline="never" c="inherit" aria-label="SecRouter, overview">
      <Group gap={8} wrap="nowrap">
        <Box className="brand-mark">
          <PolicyIcon size={18} />
        </Box>
        <Text fw={700} size="md">
          SecRouter
        </Text>
      </Group>
    </Anchor>
  );
}

function Navigation(props: { readonly open: readonly SectionKey[]; readonly onNavigate: () => void }) {
  const path = usePathname();
  return (
    <Stack gap={4} component="ul" className="plain-list">
      {SECTIONS.map((section) => {
        const SectionIcon = ICONS[section.key];
        const isOpen = props.open.includes(section.key);
        const isCurrent = section.href === '/' ? path === '/' : path.startsWith(section.href);
        return (
          <li key={section.key}>
            <NavLink
              component={Link}
              href={section.href}
              label={section.label}
              leftSection={<SectionIcon />}
              rightSection={isOpen ? null : <LockIcon size={14} />}
              {...(isOpen ? {} : { 'aria-label': `${section.label}, no right to open it` })}
              active={isCurrent}
              {...(isCurrent ? { 'aria-current': 'page' as const } : {})}
              onClick={props.onNavigate}
              className="nav-link"
            />
          </li>
        );
      })}
    </Stack>
  );
}
