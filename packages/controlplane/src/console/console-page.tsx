// What every page does first: who is this, may they open it. Rights are judged anew on each request.
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { ForbiddenPage } from './forbidden-page.tsx';
import { grantingGroups } from './granting-groups.ts';
import { mayOpen, SECTIONS, type SectionKey, sectionOf } from './sections.ts';
import { readViewer, requestedPath, type Viewer } from './viewer.ts';

/** Renders a page of a section for those who may open it; for others the way in, or why not. */
export async function consolePage(key: SectionKey, render: (viewer: Viewer) => Promise<ReactNode>): Promise<ReactNode> {
  const viewer = await readViewer();
  // Next adds the base path to the address.
  if (viewer === undefined) redirect(`/sign-in?from=${encodeURIComponent(await requestedPath())}`);
  const section = sectionOf(key);
  if (mayOpen(section, viewer.roles)) return await render(viewer);
  const elsewhere = SECTIONS.find((candidate) => mayOpen(candidate, viewer.roles));
  return (
    <ForbiddenPage
      page={section.label}
      name={viewer.session.email ?? viewer.session.principal}
      roles={section.roles}
      groups={grantingGroups(viewer.config.security.policy, section.roles)}
      {...(elsewhere === undefined ? {} : { elsewhere })}
    />
  );
}
