// The way in. The identity provider asks for names and factors; this page only sends people there.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { SignInCard } from '../../console/sign-in-card.tsx';
import { readSignInProviders, readViewer } from '../../console/viewer.ts';
import { signInProblem } from '../../console-session/sign-in-problem.ts';

export const metadata: Metadata = { title: 'Sign in' };

interface SignInPageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { error, from } = await searchParams;
  if (error === undefined && (await readViewer()) !== undefined) redirect('/');
  const providers = await readSignInProviders();
  return (
    <main className="lone-page">
      <SignInCard
        providers={providers.map(({ id, label }) => ({ id, label }))}
        returnTo={`/admin${typeof from === 'string' && from.startsWith('/') ? from : '/'}`}
        {...(typeof error === 'string' ? { problem: signInProblem(error) } : {})}
      />
    </main>
  );
}
