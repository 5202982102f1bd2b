// What a preview found: the fields that would differ, and for whom something would change.
import { Alert, Badge, Box, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AffectedPrincipal, ChangePreview } from '../../use-cases/config/preview-change.ts';
import { formatCount } from '../format.ts';
import { WarningIcon } from '../icons.tsx';
import { type DescribedDifference, describeDifference } from './describe-difference.ts';

/** More people than this are counted, not named. */
const SHOWN_PEOPLE = 20;

export function PreviewDetails({ preview }: { readonly preview: ChangePreview }) {
  if (preview.problems.length > 0) return null;
  const { changes, affected, affectedIsLowerBound, warnings } = preview;
  const count = `${affectedIsLowerBound ? 'At least ' : ''}${formatCount(affected.length)}`;
  return (
    <Stack gap="lg">
      {warnings.length === 0 ? null : (
        <Alert color="yellow" icon={<WarningIcon />} title="Worth knowing">
          <List size="sm">
            {warnings.map(({ path, message }) => (
              <List.Item key={`${path} ${message}`}>
                <Code>{path}</Code> {message}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Part title="Difference in the configuration">
        {changes.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing differs from what is in force.
          </Text>
        ) : (
          <DifferenceList differences={changes.map(describeDifference)} />
        )}
      </Part>
      <Part
        title={
          affected.length === 0
            ? 'Nobody is affected'
            : `${count} ${affected.length === 1 ? 'person is' : 'people are'} affected`
        }
      >
        {affected.length === 0 ? (
          <Text size="sm" c="dimmed">
            Among those who have used the gateway. Somebody new may be.
          </Text>
        ) : (
          <Stack gap={0} component="ul" className="plain-list divided">
            {affected.slice(0, SHOWN_PEOPLE).map((person) => (
              <Person key={person.principal} person={person} />
            ))}
          </Stack>
        )}
        {affected.length > SHOWN_PEOPLE ? (
          <Text size="sm" c="dimmed">
            and {formatCount(affected.length - SHOWN_PEOPLE)} more
          </Text>
        ) : null}
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Title order={3} fz={14} mb={6}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Person({ person }: { readonly person: AffectedPrincipal }) {
  return (
    <Box component="li" py="xs">
      <Group gap="xs">
        <Text size="sm" fw={550}>
          {person.email ?? person.principal}
        </Text>
        {person.access === 'kept' ? null : (
          <Badge variant="default" tt="none">
            {person.access === 'gained' ? 'gains access' : 'loses access'}
          </Badge>
        )}
      </Group>
      {/* Where a value comes from changes with nearly every edit; what it is says enough. */}
      <DifferenceList
        differences={person.changes
          .filter(({ path }) => !/^(origins|matchedRules)\b/.test(path))
          .map(describeDifference)}
      />
    </Box>
  );
}

function DifferenceList({ differences }: { readonly differences: readonly DescribedDifference[] }) {
  return (
    <ul className="difference-list">
      {differences.map(({ path, before, after }) => (
        <li key={path}>
          <Code className="mono">{path}</Code> <del>{before}</del> <span aria-hidden="true">→</span> <ins>{after}</ins>
        </li>
      ))}
    </ul>
  );
}
