'use client';
// The theme, once for all pages.
import { createTheme, MantineProvider } from '@mantine/core';
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

export function ConsoleProviders({ children }: { readonly children: ReactNode }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      {children}
    </MantineProvider>
  );
}
