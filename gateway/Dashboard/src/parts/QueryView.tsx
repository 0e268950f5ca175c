import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { sentenceOf } from '../api/client';

type Asked<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** What was asked of the API: while it is on its way, when it did not come, and when it is there. */
export function QueryView<T>({ query, what, children }: { query: Asked<T>; what: string; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isPending) return <Loading what={what} />;
  return <Failure error={query.error} what={what} again={() => void query.refetch()} />;
}

export function Loading({ what }: { what: string }) {
  return (
    <Stack gap="xs" role="status" aria-label={`Loading ${what}`}>
      <Skeleton height={18} width="40%" />
      <Skeleton height={18} />
      <Skeleton height={18} width="80%" />
    </Stack>
  );
}

export function Failure({ error, what, again }: { error: unknown; what: string; again?: () => void }) {
  return (
    <Alert color="red" variant="outline" title={`Could not load ${what}`} role="alert" className="failure">
      <Text size="sm">{sentenceOf(error)}</Text>
      {again && <Button size="xs" mt="xs" variant="default" onClick={again}>Try again</Button>}
    </Alert>
  );
}

/** Nothing there yet, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="lg" className="empty">
      <Text fw={600}>{title}</Text>
      {children}
    </Stack>
  );
}
