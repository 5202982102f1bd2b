// The last lines of a successful start: where everything is, and a request that can be pasted as it is.
import { type SystemSettings, usesTls } from './read-settings.ts';

/** The text; its last line begins with `SecRouter is ready`. */
export function welcomeText(settings: SystemSettings): string {
  const origin = `${usesTls(settings) ? 'https' : 'http'}://127.0.0.1:${settings.ports.gateway}`;
  const idp = `http://127.0.0.1:${settings.ports.identityProvider}`;
  const idpVariable =
    settings.ports.identityProvider === 18_801 ? '' : `SECROUTER_IDP_PORT=${settings.ports.identityProvider} `;
  const token = settings.runsIdentityProvider ? `$(${idpVariable}npm run -s token -- basic)` : '<access token>';
  const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: "What's 2+2?" }] });
  return [
    '',
    `  Base URL           ${origin}/v1`,
    `  Admin console      ${origin}/admin${settings.runsIdentityProvider ? '   (sign in as the persona "admin")' : ''}`,
    ...(settings.runsIdentityProvider
      ? [`  Identity provider  ${idp}   (personas: basic, power, admin, nomfa, batch)`]
      : []),
    `  State and logs     ${settings.home}`,
    '',
    '  Try it from the project folder, in another terminal:',
    '',
    `  curl -s ${origin}/v1/chat/completions \\`,
    `    -H "Authorization: Bearer ${token}" \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '${body.replaceAll("'", "'\\''")}'`,
    '',
    `SecRouter is ready: ${origin}/v1 (Ctrl-C stops it)`,
  ].join('\n');
}
