// The document around every console page: theme, colour scheme before the first paint, no external request.
import '@mantine/core/styles.css';
import '@mantine/charts/styles.css';
import '../console/console.css';
import { ColorSchemeScript, mantineHtmlProps } from '@mantine/core';
import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { ConsoleProviders } from '../console/console-providers.tsx';

export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  title: { default: 'SecRouter', template: '%s · SecRouter' },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript nonce={nonce} defaultColorScheme="auto" />
      </head>
      <body>
        <ConsoleProviders>{children}</ConsoleProviders>
      </body>
    </html>
  );
}
