import { Title } from '@mantine/core';
export default async function Page() {
  return <Title>Overview</Title>;
}
