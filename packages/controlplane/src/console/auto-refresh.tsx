'use client';
// Reads the page again every few seconds while it is looked at; a switch stops it (WCAG 2.2, 2.2.2).
import { Switch } from '@mantine/core';
import { useDocumentVisibility, useInterval } from '@mantine/hooks';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';

const REFRESH_INTERVAL_MS = 3_000;

export function AutoRefresh() {
  const router = useRouter();
  const [isOn, setOn] = useState(true);
  const visibility = useDocumentVisibility();
  const { start, stop } = useInterval(() => router.refresh(), REFRESH_INTERVAL_MS);
  useEffect(() => {
    if (isOn && visibility === 'visible') start();
    return stop;
  }, [isOn, visibility, start, stop]);
  return <Switch label="Live" checked={isOn} onChange={(event) => setOn(event.currentTarget.checked)} />;
}
