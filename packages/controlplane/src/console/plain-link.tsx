'use client';
// Next's link as a component that server components may hand to Mantine.
import Link from 'next/link';
import type { ComponentProps } from 'react';

export function PlainLink(props: ComponentProps<typeof Link>) {
  return <Link {...props} />;
}
