// The people (and the one machine) whom the development identity provider knows. Their claims are fixed, so that a
// newcomer sees each of SecRouter's rules with a token of one word.

/** Somebody who can obtain a token. Absent `amr` and `acr` say that nobody authenticated: a machine. */
export interface Persona {
  readonly name: string;
  readonly subject: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly amr?: readonly string[];
  readonly acr?: string;
  /** Shown on the sign-in page; absent for machines, which cannot sign in there. */
  readonly signIn?: { readonly label: string; readonly about: string };
}

/** Levels of assurance that this provider knows, in ascending order. */
export const ACR_VALUES = ['urn:secrouter:loa:1', 'urn:secrouter:loa:2'] as const;

const TWO_FACTORS = { amr: ['pwd', 'otp', 'mfa'], acr: ACR_VALUES[1] } as const;
const ONE_FACTOR = { amr: ['pwd'], acr: ACR_VALUES[0] } as const;

export const PERSONAS: readonly Persona[] = [
  person('basic', [], TWO_FACTORS, { label: 'Basic', about: 'No groups' }),
  person('power', ['secrouter-power-users'], TWO_FACTORS, { label: 'Power', about: 'Group secrouter-power-users' }),
  person('admin', ['secrouter-admins'], TWO_FACTORS, { label: 'Admin', about: 'Group secrouter-admins' }),
  person('nomfa', [], ONE_FACTOR, { label: 'No MFA', about: 'Password only, a single factor' }),
  { name: 'batch', subject: 'svc-batch', email: 'batch@example.test', groups: [] },
];

/** The persona with this name, as `npm run token -- <name>` takes it. */
export function findPersona(name: string): Persona | undefined {
  return PERSONAS.find((persona) => persona.name === name);
}

/** The persona whose tokens carry this `sub`. */
export function findPersonaBySubject(subject: string): Persona | undefined {
  return PERSONAS.find((persona) => persona.subject === subject);
}

function person(
  name: string,
  groups: readonly string[],
  strength: { readonly amr: readonly string[]; readonly acr: string },
  signIn: { readonly label: string; readonly about: string },
): Persona {
  return { name, subject: `u-${name}`, email: `${name}@example.test`, groups, ...strength, signIn };
}
