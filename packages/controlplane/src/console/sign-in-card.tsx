'use client';
// The sign-in page's card: one button for each identity provider, and why the last try failed.
import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { PolicyIcon, WarningIcon } from './icons.tsx';

export interface SignInCardProps {
  readonly providers: readonly { readonly id: string; readonly label: string }[];
  readonly returnTo: string;
  readonly problem?: string;
  readonly notice?: string;
}

const AUTH_PATH = '/admin/api/auth';

export function SignInCard({ providers, returnTo, problem, notice }: SignInCardProps) {
  const [pending, setPending] = useState<string>();
  const [failure, setFailure] = useState(problem);

  const signIn = async (providerId: string) => {
    setPending(providerId);
    setFailure(undefined);
    const url = await startSignIn(providerId, returnTo);
    if (url !== undefined) return window.location.assign(url);
    setPending(undefined);
    setFailure('The identity provider could not be reached. Try again in a moment.');
  };

  return (
    <Paper withBorder radius="lg" p="xl" w="100%" maw={420}>
      <Stack gap="md">
        <span className="brand-mark brand-mark-large">
          <PolicyIcon size={26} />
        </span>
        <div>
          <Title order={1} fz={24}>
            SecRouter console
          </Title>
          <Text c="dimmed" mt={4}>
            Spend, policy and proof for your organisation&rsquo;s AI gateway.
          </Text>
        </div>
        {notice === undefined || failure !== undefined ? null : <Alert color="teal">{notice}</Alert>}
        {failure === undefined ? null : (
          <Alert color="red" icon={<WarningIcon />} title="Sign-in failed" role="alert">
            {failure}
          </Alert>
        )}
        {providers.map(({ id, label }) => (
          <Button
            key={id}
            size="md"
            loading={pending === id}
            disabled={pending !== undefined && pending !== id}
            onClick={() => signIn(id)}
          >
            Sign in with {label}
          </Button>
        ))}
        {providers.length > 0 ? null : (
          <Alert color="yellow" icon={<WarningIcon />} title="No identity provider">
            Set <code>security.oidc.clientId</code> in the configuration file to let people sign in here.
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}

/** Asks next-auth for the identity provider's address. A form would be stopped by the policy's `form-action`. */
async function startSignIn(providerId: string, returnTo: string): Promise<string | undefined> {
  try {
    const csrf = (await (await fetch(`${AUTH_PATH}/csrf`)).json()) as { csrfToken: string };
    const answer = await fetch(`${AUTH_PATH}/signin/${providerId}`, {
      method: 'POST',
      body: new URLSearchParams({ csrfToken: csrf.csrfToken, callbackUrl: returnTo, json: 'true' }),
    });
    const { url } = (await answer.json()) as { url?: string };
    return answer.ok ? url : undefined;
  } catch {
    return undefined;
  }
}
