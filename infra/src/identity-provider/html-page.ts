// The one page layout of the development identity provider: self-contained, light and dark, no external request.
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

const STYLE = `
:root { color-scheme: light dark; --ink: #16202c; --soft: #5a6775; --page: #f2f5f8; --card: #fff; --line: #d5dde5; --accent: #1c5fb8 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3b0be; --page: #10161d; --card: #1a222c; --line: #34414f; --accent: #7db4ff } }
* { box-sizing: border-box } body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px }
h1 { margin: 0 0 .25rem; font-size: 1.35rem } p { margin: 0 0 1.25rem; color: var(--soft) } form { display: grid; gap: .6rem }
button { padding: .7rem 1rem; text-align: left; font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 8px; cursor: pointer }
button:hover, button:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 1px }
button strong { display: block } button span { color: var(--soft); font-size: .875rem }
button.quiet { margin-top: .4rem; border: 0; text-align: center; color: var(--soft) } footer { margin-top: 1.25rem; color: var(--soft); font-size: .8rem }`;

/** A page's own part. Everything in `body` is markup made here, never text from a request. */
export interface HtmlPage {
  readonly title: string;
  readonly body: string;
  /** Inline script, allowed by the page's own nonce. */
  readonly script?: string;
}

/** The document and the policy that confines it (no script, style or frame but its own). */
export function renderPage(page: HtmlPage): { readonly html: string; readonly contentSecurityPolicy: string } {
  const nonce = randomBytes(16).toString('base64');
  const script = page.script ? `<script nonce="${nonce}">${page.script}</script>` : '';
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title><style nonce="${nonce}">${STYLE}</style></head>
<body><main>${page.body}<footer>Development identity provider. It asks for no password and listens on this machine only.</footer></main>${script}</body></html>`;
  const sources = [`style-src 'nonce-${nonce}'`, page.script ? `script-src 'nonce-${nonce}'` : ''].filter(Boolean);
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; ${sources.join('; ')}; base-uri 'none'; frame-ancestors 'none'`,
  };
}

/** Answers with a page. */
export function sendPage(response: ServerResponse, status: number, page: HtmlPage): void {
  const { html, contentSecurityPolicy } = renderPage(page);
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'cache-control': 'no-store',
  });
  response.end(html);
}

/** Text made safe inside markup and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
