import { Button, Container, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { Page } from '../layout/Page';
import { BASE } from '../layout/places';

/** A mistake of ours while a page was drawn. */
export function BrokenPage() {
  return (
    <Container component="main" py="xl">
      <Title order={1} size="h2">This page could not be shown</Title>
      <Text my="md">Something in the dashboard went wrong. Your tests are not touched by it.</Text>
      <Button onClick={() => globalThis.location.reload()}>Load it again</Button>
    </Container>
  );
}

export function UnknownPage() {
  return <Page title="There is no such page"><Text>Go to <Link to={BASE}>Load Testing</Link>.</Text></Page>;
}
