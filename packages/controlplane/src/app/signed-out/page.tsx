// After the identity provider has ended its session too.
import type { Metadata } from 'next';
import { SignInCard } from '../../console/sign-in-card.tsx';
import { readSignInProviders } from '../../console/viewer.ts';

export const metadata: Metadata = { title: 'Signed out' };

export default async function SignedOutPage() {
  const providers = await readSignInProviders();
  return (
    <main className="lone-page">
      <SignInCard
        providers={providers.map(({ id, label }) => ({ id, label }))}
        returnTo="/admin"
        notice="You are signed out, here and at the identity provider."
      />
    </main>
  );
}
