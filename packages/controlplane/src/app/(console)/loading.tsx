// While a page is being read: its outline, so that nothing jumps.
import { SimpleGrid, Skeleton, Stack, VisuallyHidden } from '@mantine/core';

export default function LoadingPage() {
  return (
    <Stack gap="lg" aria-busy="true">
      <VisuallyHidden role="status">Loading</VisuallyHidden>
      <Skeleton height={34} width={220} radius="md" />
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
        {['a', 'b', 'c', 'd'].map((key) => (
          <Skeleton key={key} height={112} radius="lg" />
        ))}
      </SimpleGrid>
      <Skeleton height={320} radius="lg" />
    </Stack>
  );
}
