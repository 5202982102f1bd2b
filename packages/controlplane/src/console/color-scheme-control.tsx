'use client';
// Light, dark, or as the system says.
import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { useMounted } from '@mantine/hooks';
import { CheckIcon, MoonIcon, SunIcon, SystemIcon } from './icons.tsx';

const CHOICES = [
  { value: 'light', label: 'Light', Icon: SunIcon },
  { value: 'dark', label: 'Dark', Icon: MoonIcon },
  { value: 'auto', label: 'As the system', Icon: SystemIcon },
] as const;

export function ColorSchemeControl() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  // The server does not know the choice, which lies in the browser.
  const isMounted = useMounted();
  const current = CHOICES.find(({ value }) => isMounted && value === colorScheme) ?? CHOICES[2];
  return (
    <Menu withInitialFocusPlaceholder={false} position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`Colour scheme: ${current.label}`}>
          <current.Icon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map(({ value, label, Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} />}
            rightSection={current.value === value ? <CheckIcon size={14} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
