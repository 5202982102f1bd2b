'use client';
// The theme, once for all pages.
import { type CSSVariablesResolver, createTheme, MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';

const SYSTEM_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

const theme = createTheme({
  primaryColor: 'indigo',
  // Text of these shades on light and dark pages has at least 4.5:1 (WCAG 2.2, 1.4.3).
  primaryShade: { light: 7, dark: 8 },
  fontFamily: SYSTEM_FONT,
  headings: { fontFamily: SYSTEM_FONT, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
});

/** Mantine's secondary text is about 3.3:1 on our pages; small text needs 4.5:1 (WCAG 2.2, 1.4.3). */
const resolveVariables: CSSVariablesResolver = (base) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': base.colors.gray[7],
    '--mantine-color-placeholder': base.colors.gray[6],
    '--mantine-color-error': base.colors.red[9],
  },
  dark: {
    '--mantine-color-dimmed': base.colors.dark[1],
    '--mantine-color-placeholder': base.colors.dark[2],
    '--mantine-color-error': base.colors.red[4],
  },
});

export function ConsoleProviders({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={resolveVariables}>
      {children}
    </MantineProvider>
  );
}
