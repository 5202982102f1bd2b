// The sign-in page: pick a persona, and oidc-provider continues the authorisation request as that person.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { escapeHtml, type HtmlPage, sendPage } from './html-page.ts';
import { findPersona, PERSONAS, type Persona } from './personas.ts';
import { readBody } from './read-body.ts';

export const INTERACTION_PATH = '/interaction/';
const MAX_FORM_BYTES = 1_024;

/** Serves GET (the page) and POST (the choice) of one interaction; the provider's own cookie names which. */
export async function handleInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.method === 'GET') return await showSignIn(provider, request, response);
    if (request.method === 'POST') return await finishSignIn(provider, request, response);
    response.writeHead(405, { allow: 'GET, POST' }).end();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SessionNotFound') throw error;
    sendPage(response, 400, {
      title: 'Sign-in expired',
      body: '<h1>This sign-in has expired</h1><p>Go back to the application and sign in again.</p>',
    });
  }
}

async function showSignIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  sendPage(response, 200, signInPage(uid));
}

async function finishSignIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams((await readBody(request, MAX_FORM_BYTES)).toString('utf8'));
  if (form.has('cancel')) {
    const refusal = { error: 'access_denied', error_description: 'The sign-in was cancelled' };
    return await provider.interactionFinished(request, response, refusal, { mergeWithLastSubmission: false });
  }
  const persona = findPersona(form.get('persona') ?? '');
  if (!persona?.signIn) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('Unknown persona\n');
    return;
  }
  await provider.interactionFinished(
    request,
    response,
    { login: loginOf(persona) },
    { mergeWithLastSubmission: false },
  );
}

function loginOf(persona: Persona): { accountId: string; amr?: string[]; acr?: string } {
  return {
    accountId: persona.subject,
    ...(persona.amr && { amr: [...persona.amr] }),
    ...(persona.acr && { acr: persona.acr }),
  };
}

function signInPage(uid: string): HtmlPage {
  const choices = PERSONAS.map(personaButton).join('');
  return {
    title: 'Sign in',
    body: `<h1>Sign in</h1><p>Who are you today?</p><form method="post" action="${INTERACTION_PATH}${escapeHtml(uid)}">${choices}<button class="quiet" name="cancel" value="yes">Cancel</button></form>`,
  };
}

/** The label alone is the accessible name, so that "Admin" finds one button; the rest describes it. */
function personaButton({ name, email, signIn }: Persona): string {
  if (!signIn) return '';
  const label = escapeHtml(signIn.label);
  return `<button name="persona" value="${name}" aria-label="${label}" aria-describedby="about-${name}"><strong>${label}</strong><span id="about-${name}">${escapeHtml(`${email} · ${signIn.about}`)}</span></button>`;
}
