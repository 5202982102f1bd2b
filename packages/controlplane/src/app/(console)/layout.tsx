// The frame of the signed-in console. Pages judge rights themselves: a layout is not read again on each navigation.
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { ConsoleShell } from '../../console/console-shell.tsx';
import { mayOpen, SECTIONS } from '../../console/sections.ts';
import { readViewer, requestedPath } from '../../console/viewer.ts';

export default async function ConsoleLayout({ children }: { readonly children: ReactNode }) {
  const viewer = await readViewer();
  if (viewer === undefined) redirect(`/sign-in?from=${encodeURIComponent(await requestedPath())}`);
  const { session, roles, revision } = viewer;
  return (
    <ConsoleShell
      principal={session.principal}
      {...(session.email === undefined ? {} : { email: session.email })}
      csrfToken={session.csrfToken}
      openSections={SECTIONS.filter((section) => mayOpen(section, roles)).map(({ key }) => key)}
      revision={revision}
    >
      {children}
    </ConsoleShell>
  );
}
