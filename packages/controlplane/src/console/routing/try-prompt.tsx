'use client';
// "Try a prompt": which tier and model a prompt would get for a person, and why. It goes to the console's own server
// alone, and is not kept there.
import { Alert, Badge, Button, Code, Group, Stack, TagsInput, Text, Textarea, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ExplainedRouting } from '../../use-cases/routing/explain-routing.ts';
import { type AdminAnswer, adminFetch } from '../admin-fetch.ts';
import { type Column, DataTable } from '../data-table.tsx';
import { WarningIcon } from '../icons.tsx';
import { StatusBadge, type StatusTone } from '../status-badge.tsx';
import { contributionRows } from './contribution-rows.ts';

export interface TryPromptProps {
  readonly csrfToken: string;
  /** Groups that have a rule, as suggestions. */
  readonly groups: readonly string[];
  /** Who asks unless somebody else is named: the viewer. */
  readonly principal: string;
  readonly ownGroups: readonly string[];
}

interface Tried {
  readonly prompt: string;
  readonly answer: AdminAnswer<ExplainedRouting>;
}

export function TryPrompt({ csrfToken, groups, principal: ownPrincipal, ownGroups }: TryPromptProps) {
  const [prompt, setPrompt] = useState('');
  const [principal, setPrincipal] = useState(ownPrincipal);
  const [chosenGroups, setChosenGroups] = useState<string[]>([...ownGroups]);
  const [isAsking, setIsAsking] = useState(false);
  const [tried, setTried] = useState<Tried>();
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    setIsAsking(true);
    const body = { messages: [{ role: 'user', content: prompt }], principal: principal.trim(), groups: chosenGroups };
    const answer = await adminFetch<ExplainedRouting>('/api/classify', { method: 'POST', csrfToken, body });
    setTried({ prompt, answer });
    setIsAsking(false);
  };
  return (
    <Stack gap="lg">
      <form onSubmit={ask}>
        <Stack gap="sm">
          <Textarea
            label="Prompt"
            description="Sent to this console only, and not kept"
            value={prompt}
            onChange={(event) => setPrompt(event.currentTarget.value)}
            autosize
            minRows={3}
            maxRows={12}
          />
          <Group align="flex-end" gap="sm">
            <TextInput
              label="As the person (sub)"
              value={principal}
              onChange={(event) => setPrincipal(event.currentTarget.value)}
              style={{ flex: '1 1 12rem' }}
            />
            <TagsInput
              label="With the groups"
              data={[...groups]}
              value={chosenGroups}
              onChange={setChosenGroups}
              style={{ flex: '2 1 16rem' }}
            />
            <Button type="submit" loading={isAsking} disabled={prompt.trim() === '' || principal.trim() === ''}>
              Try it
            </Button>
          </Group>
        </Stack>
      </form>
      <div aria-live="polite">{tried === undefined ? null : <TriedAnswer tried={tried} />}</div>
    </Stack>
  );
}

function TriedAnswer({ tried: { prompt, answer } }: { readonly tried: Tried }) {
  if (answer.outcome === 'refused') {
    return (
      <Alert color="red" icon={<WarningIcon />} title="This cannot be tried">
        {answer.message}
      </Alert>
    );
  }
  const { classified, override, model, candidates } = answer.body;
  return (
    <Stack gap="md" data-testid="tried">
      <Group gap="xs">
        <Badge variant="default" radius="sm" size="lg">
          {classified.tier}
        </Badge>
        <Text size="sm" c="dimmed">
          score {classified.score}, {classified.margin} from the nearest boundary
        </Text>
        <PolicyOutcome policy={answer.body.policy} />
      </Group>
      {override === null ? null : (
        <Text size="sm">
          The prefix <Code>{override.alias}</Code> asks for {override.tier}
          {override.applies ? ', and that counts.' : '; it does not count for this person.'}
        </Text>
      )}
      <Text size="sm">
        {model === null ? 'No model would be tried.' : 'Would go to '}
        {model === null ? null : <Code className="mono">{model}</Code>}
      </Text>
      {candidates
        .filter(({ outcome }) => outcome === 'excluded')
        .map((candidate) => (
          <Text key={candidate.model} size="sm" c="dimmed">
            Not <Code className="mono">{candidate.model}</Code>: <Code>{candidate.code}</Code> ({candidate.reason})
          </Text>
        ))}
      <div>
        <Title order={3} fz={14} mb={6}>
          What led to the score
        </Title>
        <DataTable
          caption="Contributions to the score, the largest first"
          columns={CONTRIBUTION_COLUMNS}
          rows={contributionRows(prompt, classified.contributions).map(({ key, found, ...cells }) => ({
            key,
            cells: { ...cells, dimension: <DimensionCell name={key} found={found} /> },
          }))}
          minWidth={260}
        />
      </div>
    </Stack>
  );
}

const CONTRIBUTION_COLUMNS: readonly Column[] = [
  { key: 'dimension', label: 'Dimension' },
  { key: 'points', label: 'Points', isNumber: true },
  { key: 'value', label: 'Value', isNumber: true },
];

function DimensionCell({ name, found }: { readonly name: string; readonly found: string }) {
  return (
    <>
      {name}
      {found === '' ? null : (
        <Text size="xs" c="dimmed">
          {found}
        </Text>
      )}
    </>
  );
}

const TONES: Readonly<Record<ExplainedRouting['policy']['outcome'], StatusTone>> = {
  allowed: 'good',
  downgraded: 'warning',
  denied: 'bad',
};

function PolicyOutcome({ policy: { outcome, tier, code } }: { readonly policy: ExplainedRouting['policy'] }) {
  const text =
    outcome === 'allowed' ? 'allowed' : outcome === 'downgraded' ? `downgraded to ${tier}` : `denied: ${code}`;
  return <StatusBadge tone={TONES[outcome]}>{text}</StatusBadge>;
}
