// The console's sections: where they are and which roles open them.
import type { Role } from '@secrouter/proto';

export interface Section {
  readonly key: 'overview' | 'people' | 'policies' | 'routing' | 'fleet' | 'audit';
  readonly href: string;
  readonly label: string;
  /** Any of them is enough. `admin` holds all roles. */
  readonly roles: readonly Role[];
}

/** In the order of the navigation. Addresses are below the base path, which Next adds. */
export const SECTIONS: readonly Section[] = [
  { key: 'overview', href: '/', label: 'Overview', roles: ['finance', 'operator', 'policy', 'auditor'] },
  { key: 'people', href: '/people', label: 'People & budgets', roles: ['finance'] },
  { key: 'policies', href: '/policies', label: 'Policies', roles: ['policy'] },
  { key: 'routing', href: '/routing', label: 'Routing', roles: ['policy', 'operator'] },
  { key: 'fleet', href: '/fleet', label: 'Fleet', roles: ['operator'] },
  { key: 'audit', href: '/audit', label: 'Audit', roles: ['auditor'] },
];

export type SectionKey = Section['key'];

/** The section of a key. */
export function sectionOf(key: SectionKey): Section {
  const section = SECTIONS.find((candidate) => candidate.key === key);
  if (section === undefined) throw new Error(`no section ${key}`);
  return section;
}

/** True when one of the roles held opens the section. */
export function mayOpen(section: Section, held: readonly Role[]): boolean {
  return section.roles.some((role) => held.includes(role));
}
