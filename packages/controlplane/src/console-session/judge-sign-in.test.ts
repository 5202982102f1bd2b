import {
  type AcceptedToken,
  type IssuerRules,
  issuerDefaults,
  issuerNamespaces,
  type TokenRefusal,
} from '@secrouter/proto';
import { describe, expect, it } from 'vitest';
import { judgeSignIn } from './judge-sign-in.ts';

const NOW_SECONDS = 1_795_000_000;
const rules: IssuerRules = {
  ...issuerDefaults,
  issuer: 'https://idp.example.test',
  audiences: ['secrouter'],
  clientId: 'console',
  requiredScopes: ['secrouter'],
};
const [namespace] = issuerNamespaces([rules]);
if (namespace === undefined) throw new Error('one issuer has one namespace');
const context = { namespace, nowSeconds: NOW_SECONDS, policyNamesGroups: true };

/** Signatures are the flow's and the verifier's business; what is judged here are claims. */
function token(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const common = { iss: rules.issuer, sub: 'u-1', iat: NOW_SECONDS, exp: NOW_SECONDS + 300, amr: ['pwd', 'otp'] };
  return `${part({ alg: 'RS256', kid: 'k' })}.${part({ ...common, ...claims })}.c2lnbmF0dXJl`;
}

const idToken = token({ aud: 'console', nonce: 'n', email: 'one@example.test', groups: ['staff'] });
const notAsked = () => Promise.reject(new Error('the access token is not ours to verify'));

describe('judgeSignIn', () => {
  it.each([undefined, 'opaque-access-token', token({ aud: 'https://graph.example.test' })])(
    'takes the ID token where the access token is not a JWT for our audience (%s)',
    async (accessToken) => {
      const tokens = { idToken, ...(accessToken === undefined ? {} : { accessToken }) };

      const verdict = await judgeSignIn(tokens, rules, context, notAsked);

      expect(verdict).toMatchObject({ outcome: 'accepted', identity: { principal: 'u-1', groups: ['staff'] } });
    },
  );

  it('takes the verified access token where it is ours, because pods judge the same one', async () => {
    const accepted = { outcome: 'accepted', identity: { principal: 'u-1', groups: ['of-the-access-token'] } };

    const verdict = await judgeSignIn({ idToken, accessToken: token({ aud: ['secrouter'] }) }, rules, context, () =>
      Promise.resolve(accepted as unknown as AcceptedToken),
    );

    expect(verdict).toBe(accepted);
  });

  it('does not fall back to the ID token when our access token is refused', async () => {
    const refused: TokenRefusal = { outcome: 'refused', code: 'mfa_required', reason: 'no_second_factor' };

    const verdict = await judgeSignIn({ idToken, accessToken: token({ aud: 'secrouter' }) }, rules, context, () =>
      Promise.resolve(refused),
    );

    expect(verdict).toBe(refused);
  });

  it('refuses two tokens of one answer that speak for different people', async () => {
    const accessToken = token({ aud: 'secrouter', sub: 'u-2' });

    const verdict = await judgeSignIn({ idToken, accessToken }, rules, context, () =>
      Promise.resolve({ outcome: 'accepted' } as unknown as AcceptedToken),
    );

    expect(verdict).toMatchObject({ outcome: 'refused', code: 'invalid_token' });
  });

  it.each([
    ['a single factor', { amr: ['pwd'] }, 'mfa_required'],
    ['no word on factors', { amr: undefined }, 'mfa_required'],
    ['another issuer', { iss: 'https://other.example.test' }, 'invalid_token'],
    ['another client', { aud: 'other-client' }, 'invalid_token'],
    ['an expired sign-in', { exp: NOW_SECONDS - 3_600 }, 'token_expired'],
  ])('refuses %s', async (_name, claims, code) => {
    const verdict = await judgeSignIn({ idToken: token({ aud: 'console', ...claims }) }, rules, context, notAsked);

    expect(verdict).toMatchObject({ outcome: 'refused', code });
  });
});
