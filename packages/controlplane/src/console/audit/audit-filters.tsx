'use client';
// The trail's filters as a plain form: the address holds them, so that a search can be bookmarked and sent on.
import { Button, Group, Select, SimpleGrid, TextInput } from '@mantine/core';
import Form from 'next/form';
import { PlainLink } from '../plain-link.tsx';
import type { AuditFilterValues } from './audit-query.ts';

export interface AuditFiltersProps {
  readonly values: AuditFilterValues;
  readonly types: readonly string[];
}

export function AuditFilters({ values, types }: AuditFiltersProps) {
  return (
    <Form action="/audit" key={JSON.stringify(values)}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 6 }} spacing="sm">
        <TextInput
          name="search"
          label="Search"
          placeholder="beginning of …"
          defaultValue={values.search ?? ''}
          type="search"
        />
        <Select
          name="type"
          label="Type"
          placeholder="all"
          data={[...types]}
          defaultValue={values.type ?? null}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear type' }}
          searchable
        />
        <TextInput name="outcome" label="Outcome" placeholder="any" defaultValue={values.outcome ?? ''} />
        <TextInput name="principal" label="Principal" placeholder="anybody" defaultValue={values.principal ?? ''} />
        <TextInput name="since" label="From" type="date" defaultValue={values.since ?? ''} />
        <TextInput name="until" label="To" type="date" defaultValue={values.until ?? ''} />
      </SimpleGrid>
      <Group mt="md">
        <Button type="submit">Search</Button>
        <Button component={PlainLink} href="/audit" variant="default">
          Clear
        </Button>
      </Group>
    </Form>
  );
}
