'use client';
// Begins an override for a name that has no rule yet.
import { Button, Group, Select, TextInput } from '@mantine/core';
import { useRouter } from 'next/navigation';
import { useState } from 'react';

export function NewRuleForm() {
  const router = useRouter();
  const [layer, setLayer] = useState<string>('group');
  const [name, setName] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') router.push(`/policies/${layer}/${encodeURIComponent(name.trim())}`);
      }}
    >
      <Group align="flex-end" gap="sm">
        <Select
          label="Rule for"
          data={[
            { value: 'group', label: 'a group' },
            { value: 'user', label: 'a person' },
          ]}
          value={layer}
          onChange={(value) => setLayer(value ?? 'group')}
          allowDeselect={false}
          w={130}
        />
        <TextInput
          label={layer === 'group' ? 'Group name' : 'Principal (sub)'}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          style={{ flex: '1 1 12rem', maxWidth: '22rem' }}
        />
        <Button type="submit" variant="default" disabled={name.trim() === ''}>
          Open the editor
        </Button>
      </Group>
    </form>
  );
}
