// People & budgets: who spends what, and who is near a limit.
import { Anchor, Button, Group, Text, TextInput } from '@mantine/core';
import type { Metadata } from 'next';
import Form from 'next/form';
import { readSearch, type SearchParams } from '../../../console/audit/audit-query.ts';
import { consolePage } from '../../../console/console-page.tsx';
import { formatCount } from '../../../console/format.ts';
import { PeopleIcon } from '../../../console/icons.tsx';
import { Notice } from '../../../console/notice.tsx';
import { PageHeader } from '../../../console/page-header.tsx';
import { Panel } from '../../../console/panel.tsx';
import { PeopleTable } from '../../../console/people/people-table.tsx';
import { PlainLink } from '../../../console/plain-link.tsx';
import { awaitPositions } from '../../../usage/position-barrier.ts';
import { MAX_PEOPLE, readPeople } from '../../../use-cases/people/read-people.ts';

export const metadata: Metadata = { title: 'People & budgets' };

export default function PeoplePage(props: { readonly searchParams: Promise<SearchParams> }) {
  return consolePage('people', async ({ books, config, now }) => {
    const search = readSearch(await props.searchParams);
    await awaitPositions(books);
    const people = await readPeople(books, config.security, now, search);
    return (
      <>
        <PageHeader
          title="People & budgets"
          lead="Everybody who used the gateway in the last 30 days, the largest spend first."
        />
        <Form action="/people" key={search ?? ''}>
          <Group align="flex-end" mb="lg" gap="sm">
            <TextInput
              name="search"
              type="search"
              label="Search"
              placeholder="principal or e-mail"
              defaultValue={search ?? ''}
              style={{ flex: '1 1 14rem', maxWidth: '24rem' }}
            />
            <Button type="submit">Search</Button>
            {search === undefined ? null : (
              <Anchor component={PlainLink} href="/people" pb={8} size="sm">
                Show everybody
              </Anchor>
            )}
          </Group>
        </Form>
        <Panel isFlush>
          {people.rows.length === 0 ? (
            <Notice
              icon={<PeopleIcon size={20} />}
              title={search === undefined ? 'Nobody has used the gateway yet' : 'Nobody of that name'}
            >
              {search === undefined
                ? 'People appear here with their first answered request.'
                : 'Search for the beginning or any part of a principal or an e-mail address.'}
            </Notice>
          ) : (
            <PeopleTable people={people.rows} now={now} />
          )}
        </Panel>
        {people.isCut ? (
          <Text size="sm" c="dimmed" mt="sm">
            The {formatCount(MAX_PEOPLE)} largest are shown. Search finds the others.
          </Text>
        ) : null}
      </>
    );
  });
}
